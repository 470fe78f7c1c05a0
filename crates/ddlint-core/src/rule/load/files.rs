//! `[[file]]`: files that a library reads by itself.

use toml::Spanned;

use super::check::FileCheck;
use super::library::argument_number;
use super::names::Names;
use super::paths;
use crate::language::Language;
use crate::rule::file::{FileTable, SeveralTable, SourceTable, Texts, VariableTable};
use crate::rule::{FileSource, Reading, SettingFile, Several, Variable};

/// Reads what a library file says of a configuration file.
pub(super) fn setting_file(
    check: &mut FileCheck<'_>,
    table: &Spanned<FileTable>,
    folder: &str,
    names: &Names,
) -> Option<SettingFile> {
    let entry = table.get_ref();
    let sources = match (&entry.files, entry.source.first()) {
        (None, Some(_)) => entry.source.iter().filter_map(|table| source(check, table)).collect(),
        (files, None) => {
            let files = check.required(files.as_ref(), table.span(), "files")?;
            vec![FileSource { names: file_names(check, files), ..FileSource::default() }]
        }
        (Some(files), Some(source)) => {
            check
                .refuse(source.span(), "a file has `files` or `[[file.source]]`, not both")
                .and(files.span.clone(), "the other one");
            return None;
        }
    };
    let paths = entry.call.as_ref().map(|call| paths::access_paths(check, call, "call", names));
    let packages = entry.packages.as_ref().map(|packages| check.packages(packages));
    let several = match &entry.several {
        Some(table) => Some(several(check, table)?),
        None => None,
    };
    let name = format!("{folder}:{}", entry.name.as_ref()?.get_ref());
    Some(SettingFile {
        name,
        packages: packages.unwrap_or_default(),
        sources,
        paths: paths.unwrap_or_default(),
        several,
    })
}

fn file_names(check: &mut FileCheck<'_>, files: &Texts) -> Vec<String> {
    let files = check.one_at_least(files, "files");
    for file in files.iter().filter(|file| Language::of_setting_file(file.get_ref()).is_none()) {
        check
            .refuse(file.span(), format!("ddlint does not read `{}`", file.get_ref()))
            .help("a file of TypeScript, JavaScript, JSON, YAML or variables, by its whole name");
    }
    files.iter().map(|file| file.get_ref().clone()).collect()
}

pub(super) fn several(check: &mut FileCheck<'_>, table: &Spanned<SeveralTable>) -> Option<Several> {
    let entry = table.get_ref();
    let option = check.required(entry.option.as_ref(), table.span(), "option");
    let default = check.required(entry.default.as_ref(), table.span(), "default");
    let argument = argument_number(check, entry.argument.as_ref(), table.span(), "argument");
    Some(Several {
        option: option?.get_ref().clone(),
        default: default?.get_ref().clone(),
        argument: argument?,
    })
}

fn source(check: &mut FileCheck<'_>, table: &Spanned<SourceTable>) -> Option<FileSource> {
    let entry = table.get_ref();
    let files = check.required(entry.files.as_ref(), table.span(), "files")?;
    let names = file_names(check, files);
    let are_variables =
        |name: &String| Language::of_setting_file(name) == Some(Language::Variables);
    if names.iter().any(|name| are_variables(name) == entry.variable.is_empty()) {
        check
            .refuse(
                files.span.clone(),
                "`[[file.source.variable]]` goes with files of variables, and they with it",
            )
            .help("it says which option a variable sets");
    }
    let needs = entry.needs.as_ref().map(|needs| check.some(needs, "needs"));
    let needs = needs.into_iter().flatten().map(|name| name.get_ref().clone()).collect();
    let packages = entry.packages.as_ref().map(|packages| check.packages(packages));
    let variables = entry.variable.iter().filter_map(|table| variable(check, table)).collect();
    Some(FileSource {
        names,
        packages: packages.unwrap_or_default(),
        keyed: entry.keyed,
        needs,
        variables,
    })
}

fn variable(check: &mut FileCheck<'_>, table: &Spanned<VariableTable>) -> Option<Variable> {
    let entry = table.get_ref();
    let name = check.required(entry.name.as_ref(), table.span(), "name");
    let option = check.required(entry.option.as_ref(), table.span(), "option");
    let on = entry.on.as_ref().map(|on| {
        let texts = check.one_at_least(on, "on").iter();
        Reading::Truth(texts.map(|text| text.get_ref().clone()).collect())
    });
    let list = entry.separator.as_ref().map(|text| Reading::List(text.get_ref().clone()));
    let before = entry.before.as_ref().map(|text| Reading::Before(text.get_ref().clone()));
    let mut readings = [on, list, before].into_iter().flatten();
    let reading = readings.next().unwrap_or(Reading::Text);
    if readings.next().is_some() {
        check.refuse(
            table.span(),
            "a variable has one of `on`, `separator` and `before`, or none of them",
        );
    }
    Some(Variable { name: name?.get_ref().clone(), option: option?.get_ref().clone(), reading })
}
