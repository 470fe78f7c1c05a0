//! What a new rule starts with loads and passes.

use std::collections::BTreeMap;

use ddlint_core::files::MemoryFiles;
use ddlint_core::harness::check;
use ddlint_core::rule::{self, RuleFile};

use super::FILES;

#[test]
fn what_is_written_loads_and_passes() {
    let filled = |text: &str| text.replace("{library}", "acme").replace("{rule}", "client");
    let files: BTreeMap<String, String> =
        FILES.iter().map(|(path, text)| (filled(path), filled(text))).collect();
    let below = |folder: &str| -> Vec<(String, String)> {
        let below =
            files.iter().filter_map(|(path, text)| Some((path.strip_prefix(folder)?, text)));
        below.map(|(path, text)| (path.to_owned(), text.clone())).collect()
    };
    let rules = below("rules/");
    let rules = rules.into_iter().map(|(path, text)| RuleFile { path, text, builtin: false });
    let rules = rule::check(&rules.collect::<Vec<_>>()).unwrap();
    for (case, count) in [("bad", 1), ("good", 0)] {
        let case = below(&format!("fixtures/rules/acme/client/{case}/"));
        let case = case.into_iter().map(|(path, text)| (path, text.into_bytes()));
        let case = MemoryFiles(case.collect());
        let (_, report, mismatches) = check(&case, &rules, None);
        assert!(mismatches.is_empty(), "{mismatches:?}");
        assert_eq!(report.findings.len(), count);
    }
}
