//! What every command that looks at a project begins with: its root, settings, rules, files, threads.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::{env, thread};

use ddlint_core::files::Files;
use ddlint_core::history::Replayed;
use ddlint_core::lint::{Options, histories, lint};
use ddlint_core::project::Project;
use ddlint_core::report::Report;
use ddlint_core::rule::RuleSet;
use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::cli::{RunArgs, SetupArgs};
use crate::config::Config;
use crate::files::DiskFiles;
use crate::root::{Scope, slashed};
use crate::rule_files;
use crate::trouble::{Mistake, Trouble};
use crate::walk::{self, Walked};

/// What a worker may use of the stack: code nests deeper than the two megabytes that threads get by default.
pub(crate) const STACK_BYTES: usize = 16 << 20;

/// A project that is ready to be looked at.
pub(crate) struct Session {
    /// Where it begins, and what of it is reported.
    pub(crate) scope: Scope,
    /// Its settings.
    pub(crate) config: Config,
    /// The lines of the settings that say something about rules, by rule.
    pub(crate) lines: BTreeMap<String, usize>,
    /// All rules, those that are off among them.
    pub(crate) rules: RuleSet,
    /// What a run takes into account.
    pub(crate) options: Options,
    threads: usize,
    pool: ThreadPool,
}

impl Session {
    /// Finds the project of what the user named, and reads its settings and the rules.
    pub(crate) fn open(
        paths: &[PathBuf],
        setup: &SetupArgs,
        run: &RunArgs,
    ) -> Result<Self, Trouble> {
        let scope = Scope::find(paths, setup.root.as_deref())?;
        let mut config = Config::read(&scope.root, setup)?;
        let mut rules = rule_files::load(&config.rule_folders(setup))?;
        rules.roles.splice(0..0, config.take_roles());
        let severities = config.severities(&rules)?;
        let options = Options {
            no_prefilter: run.no_prefilter,
            include_tests: run.include_tests,
            ignore: severities.off.into_iter().collect(),
            severities: severities.set,
            overrides: severities.overrides,
            assume: config.assumed().clone(),
            reason_optional: config.reason_optional(),
            report_in: scope.report_in(),
            ..Options::default()
        };
        let threads = run.threads.map_or_else(
            || thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get),
            usize::from,
        );
        let pool = ThreadPoolBuilder::new().num_threads(threads).stack_size(STACK_BYTES).build();
        let pool =
            pool.map_err(|error| Mistake::new(format!("the threads cannot be started: {error}")))?;
        let lines = severities.lines;
        Ok(Self { scope, config, lines, rules, options, threads, pool })
    }

    /// Runs only some rules, or not some others, by the names on the command line.
    pub(crate) fn choose(&mut self, select: &[String], ignore: &[String]) -> Result<(), Trouble> {
        let select = self.ids(select)?;
        let ignore = self.ids(ignore)?;
        // Who selects a rule on the command line wants to see it, whatever the settings say.
        self.options.ignore.retain(|id| !select.contains(id));
        self.options.ignore.extend(ignore);
        self.options.select = select.into_iter().collect();
        Ok(())
    }

    fn ids(&self, names: &[String]) -> Result<BTreeSet<String>, Trouble> {
        let mut ids = BTreeSet::new();
        let mut unknown = Vec::new();
        for name in names {
            match rule_files::ids_of(name, &self.rules) {
                Ok(found) => ids.extend(found),
                Err(mistake) => unknown.push(mistake),
            }
        }
        if unknown.is_empty() { Ok(ids) } else { Err(unknown.into()) }
    }

    /// Whether files with such a path are read.
    pub(crate) fn reads(&self, path: &str) -> bool {
        walk::reads(path, &self.rules)
    }

    /// Finds the files of the project.
    pub(crate) fn walk(&self, force_exclude: bool) -> Walked {
        let exclude = self.config.exclude();
        let (threads, rules) = (self.threads, &self.rules);
        walk::walk(&self.scope, walk::Options { exclude, force_exclude, threads, rules })
    }

    /// The project's files on disk.
    pub(crate) fn disk(&self) -> DiskFiles {
        DiskFiles::new(self.scope.root.clone())
    }

    /// Lints the files at these paths.
    pub(crate) fn lint<'f>(
        &self,
        files: &'f dyn Files,
        paths: Vec<String>,
        options: &Options,
    ) -> (Project<'f>, Report) {
        self.pool.install(|| lint(files, paths, &self.rules, options))
    }

    /// Replays the migrations of the files at these paths.
    pub(crate) fn histories<'f>(
        &self,
        files: &'f dyn Files,
        paths: Vec<String>,
    ) -> (Project<'f>, Vec<Replayed>) {
        self.pool.install(|| histories(files, paths, &self.rules, &self.options))
    }

    /// The root's path below the repository, with a `/` at the end; empty if they are the same, or if there is none.
    /// Tools that show findings beside the code want paths from the repository on.
    pub(crate) fn prefix(&self) -> String {
        let workspace =
            env::var_os("GITHUB_WORKSPACE").and_then(|path| fs::canonicalize(path).ok());
        let given = workspace.as_deref().filter(|workspace| self.scope.root.starts_with(workspace));
        let repository = given.or_else(|| repository_of(&self.scope.root));
        let inside =
            repository.and_then(|above| slashed(self.scope.root.strip_prefix(above).ok()?));
        inside.filter(|path| !path.is_empty()).map(|path| format!("{path}/")).unwrap_or_default()
    }
}

/// The repository that a folder lies in.
fn repository_of(folder: &Path) -> Option<&Path> {
    folder.ancestors().find(|folder| folder.join(".git").exists())
}
