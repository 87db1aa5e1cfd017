//! Every mistake a user can make is a `.rs` in `cases` with what the compiler says in a `.stderr`.
//! `TRYBUILD=overwrite cargo test -p ui-tests --test ui` writes the latter anew; read the difference.

#[test]
fn mistakes_are_explained() {
    ui_tests::write_too_large();
    let cases = trybuild::TestCases::new();
    cases.compile_fail("cases/*/*.rs");
    cases.pass("cases/silenced/*/*.rs");
}
