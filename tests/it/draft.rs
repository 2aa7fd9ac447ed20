use onrecord::draft::parse;
#[test]
fn real() {
    let dir = std::env::var("DRAFT_DIR").unwrap_or_default();
    if dir.is_empty() {
        return;
    }
    let mut files = Vec::new();
    for path in dir.split(',') {
        files.push((path.rsplit('/').next().unwrap().to_owned(), std::fs::read(path).unwrap()));
    }
    match parse(&files) {
        Ok(f) => println!(
            "ok: {} claims {} ev {} verdicts {} rel",
            f.claims.len(),
            f.evidence.len(),
            f.verdicts.len(),
            f.relations.len()
        ),
        Err(e) => println!("{e}"),
    }
}
