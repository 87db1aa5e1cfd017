//! What there is to show of a model: its layers, what each pass of the compiler gained, the arena over time, and what
//! was measured of it. The command is in `main.rs`.

mod drawing;
mod measured;
mod model;
mod page;
mod terminal;

pub use measured::{COLUMNS, Effort, Measured};
pub use model::{Block, Layer, Model, Stage};
pub use page::page;
pub use terminal::text;
