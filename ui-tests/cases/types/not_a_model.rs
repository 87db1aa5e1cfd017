use tiny_model::Model;

struct Mine;

fn report<M: Model>(_: &M) {}

fn main() {
    report(&Mine);
}
