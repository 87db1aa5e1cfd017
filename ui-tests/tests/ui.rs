//! Every mistake a user can make is a `.rs` in `cases` with what the compiler says in a `.stderr`.
//! `TRYBUILD=overwrite cargo test -p ui-tests` writes the latter anew; read the difference.

#[test]
fn mistakes_are_explained() {
    trybuild::TestCases::new().compile_fail("cases/*.rs");
}
