//! Where imports lead, with the rules of compilers and of Node.js.
//!
//! The algorithm is `oxc_resolver`'s. It looks at the project through [`VirtualFiles`], where the packages of a workspace
//! stand as links in `node_modules` (nothing else ever does), and where configuration that a clone cannot bring (a base
//! configuration from a package, say) is left out instead of failing everything below its folder. What it does not find
//! is tried once more: in the sources of a package that is not built, and with configurations that do not claim the
//! importing file.

mod file_system;
mod packages;
mod tsconfig;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Bound;
use std::sync::{Arc, PoisonError, RwLock};

use nodejs_built_in_modules::BUILTINS;
use oxc_resolver::{
    CompilerOptions, ResolveContext, ResolveOptions, ResolverGeneric, TsConfig, TsconfigDiscovery,
};

use crate::files::Files;
use crate::manifest::Manifest;
use crate::project::Resolved;
use crate::source::FileId;
use file_system::{VirtualFiles, absolute, relative};
use packages::Packages;
use tsconfig::Configs;

/// The endings of source files, in the order in which compilers look.
const ENDINGS: [&str; 9] = ["ts", "tsx", "mts", "cts", "js", "jsx", "mjs", "cjs", "json"];

/// What a compiler writes for a source: an import of `./x.js` means `./x.ts`.
const COMPILED: [(&str, &[&str]); 4] = [
    (".js", &[".ts", ".tsx", ".js"]),
    (".jsx", &[".tsx", ".jsx"]),
    (".mjs", &[".mts", ".mjs"]),
    (".cjs", &[".cts", ".cjs"]),
];

/// Folders that builds write to.
const BUILT: [&str; 7] = ["dist", "lib", "build", "out", "esm", "cjs", "es"];

/// The source files of a project, by path.
pub(crate) type Sources = BTreeMap<String, FileId>;

/// Finds what imports lead to when a look at the path alone does not tell.
pub(crate) struct Resolver {
    inner: ResolverGeneric<VirtualFiles>,
    sources: Arc<Sources>,
    /// The files that only declare types.
    declared: HashSet<String>,
    packages: Packages,
    configs: Configs,
    /// The first parts (`@app`, `src`) of all modules that may be files of the project.
    firsts: HashSet<String>,
    /// What was found, by folder and module.
    found: RwLock<HashMap<String, HashMap<String, Resolved>>>,
}

impl Resolver {
    /// Reads the project's configuration: manifests, `tsconfig.json` and the like, workspace files.
    pub(crate) fn new(
        files: &dyn Files,
        sources: &Arc<Sources>,
        declared: HashSet<String>,
        configuration: &[String],
    ) -> Self {
        let packages = Packages::read(files, configuration);
        let configs = Configs::read(files, configuration, &packages);
        let mut firsts: HashSet<String> =
            packages.names().map(|name| first_part(name).to_string()).collect();
        firsts.extend(
            configs
                .patterns()
                .map(|pattern| first_part(pattern).to_string())
                .filter(|part| !part.contains('*')),
        );
        for base in configs.bases() {
            firsts.extend(entries(sources, base).flat_map(|entry| {
                let stem = entry.split_once('.').map_or(entry, |(stem, _)| stem);
                [entry.to_string(), stem.to_string()]
            }));
        }
        let served = configs.served().chain(packages.served()).collect();
        let inner = ResolverGeneric::new_with_file_system(
            VirtualFiles::new(Arc::clone(sources), served, packages.links().clone()),
            options(),
        );
        Self {
            inner,
            sources: Arc::clone(sources),
            declared,
            packages,
            configs,
            firsts,
            found: RwLock::default(),
        }
    }

    /// Where an import in a file at `from` leads.
    pub(crate) fn resolve(&self, from: &str, module: &str) -> Resolved {
        if !self.may_lead_to_a_file(module) {
            return if is_package_name(module) { Resolved::Package } else { Resolved::Missing };
        }
        let folder = parent_of(from);
        if module.starts_with('.') && joined(folder, module).is_none() {
            return Resolved::Missing;
        }
        let known = self.found.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = known.get(folder).and_then(|modules| modules.get(module)) {
            return *found;
        }
        drop(known);
        let found = self.look(folder, module);
        let mut known = self.found.write().unwrap_or_else(PoisonError::into_inner);
        known.entry(folder.into()).or_default().insert(module.into(), found);
        found
    }

    /// A quick answer for the many imports of packages.
    fn may_lead_to_a_file(&self, module: &str) -> bool {
        module.starts_with(['.', '#'])
            || self.firsts.contains(first_part(module))
            || self.configs.open_patterns().iter().any(|prefix| module.starts_with(prefix.as_str()))
    }

    fn look(&self, folder: &str, module: &str) -> Resolved {
        let configs = self.configs_for(folder);
        let directory = absolute(folder);
        let found = |config: Option<&TsConfig>| {
            let found = self.inner.resolve_with_context(
                &directory,
                module,
                config,
                &mut ResolveContext::default(),
            );
            self.sources.get(&relative(found.ok()?.path())?).copied()
        };
        let is_relative = module.starts_with('.');
        // Configurations of other folders say nothing about relative imports.
        let few = if is_relative { &configs[..configs.len().min(1)] } else { &configs[..] };
        let by_config = if few.is_empty() {
            found(None)
        } else {
            few.iter().find_map(|config| found(Some(config)))
        };
        let found = by_config.or_else(|| {
            if is_relative {
                self.near_sources(folder, module)
            } else {
                self.in_sources(folder, module)
            }
        });
        if let Some(file) = found {
            return Resolved::File(file);
        }
        // Of what is only declared, or no code, code tells no more than of a package.
        if is_asset(module) || self.is_declared(folder, module) {
            return Resolved::Package;
        }
        if is_relative || !is_package_name(module) {
            return Resolved::Missing;
        }
        let is_member = self.packages.linked(folder, package_name(module)).is_some();
        let is_aliased =
            configs.iter().any(|config| self.is_aliased(&config.compiler_options, module));
        let is_published = !is_member && self.packages.is_published(folder, package_name(module));
        if (is_member || is_aliased) && !is_published {
            Resolved::Missing
        } else {
            Resolved::Package
        }
    }

    /// Whether a file declares the types of a relative import, or of a file in a package of the workspace.
    fn is_declared(&self, folder: &str, module: &str) -> bool {
        let path = if module.starts_with('.') {
            joined(folder, module)
        } else {
            let name = package_name(module);
            let package =
                self.packages.linked(folder, name).or_else(|| self.packages.own(folder, name));
            package.map(|package| join(package, module[name.len()..].trim_start_matches('/')))
        };
        let Some(path) = path else { return false };
        let path = path.strip_suffix(".js").unwrap_or(&path);
        let endings = [".d.ts", ".d.mts", ".d.cts", "/index.d.ts"];
        endings.iter().any(|ending| self.declared.contains(&format!("{path}{ending}")))
    }

    /// The configurations that may speak for a folder: the one that claims its files, then all above, the nearest first.
    fn configs_for(&self, folder: &str) -> Vec<Arc<TsConfig>> {
        // A name for all files of the folder: what one of them finds must not depend on which was asked for first.
        let file = absolute(&join(folder, "index.ts"));
        let mut configs: Vec<Arc<TsConfig>> =
            self.inner.find_tsconfig(&file).ok().flatten().into_iter().collect();
        // Tests are often in no configuration's `include`, and still use the aliases of the sources next to them.
        for folder in ancestors(folder) {
            let path = join(folder, "tsconfig.json");
            if !self.configs.has(&path) {
                continue;
            }
            let Ok(config) = self.inner.resolve_tsconfig(absolute(&path)) else { continue };
            configs.push(Arc::clone(&config));
            configs.extend(config.references_resolved.iter().cloned());
        }
        let mut seen = HashSet::new();
        configs.retain(|config| seen.insert(config.path.clone()));
        configs
    }

    /// Whether a configuration says that a module is a file of the project.
    fn is_aliased(&self, options: &CompilerOptions, module: &str) -> bool {
        let mut patterns = options.paths.iter().flat_map(|paths| paths.keys());
        let by_pattern = patterns.any(|pattern| match pattern.split_once('*') {
            None => pattern == module,
            // `*` is for everything, so it claims nothing.
            Some(("", "")) => false,
            Some((prefix, suffix)) => module.starts_with(prefix) && module.ends_with(suffix),
        });
        let in_base = || {
            let base = options.base_url.as_deref().and_then(relative)?;
            let inside = format!("{}/", join(&base, first_part(module)));
            module.contains('/').then(|| has_below(&self.sources, &inside))
        };
        by_pattern || in_base() == Some(true)
    }

    /// The source of something that a package promises and that is not built: `dist/x.js` is made from `src/x.ts`.
    fn in_sources(&self, folder: &str, module: &str) -> Option<FileId> {
        let (package, targets) = if module.starts_with('#') {
            let package = self.packages.around(folder)?;
            (package, self.packages.promised(package, "imports", module))
        } else {
            let name = package_name(module);
            let package =
                self.packages.linked(folder, name).or_else(|| self.packages.own(folder, name))?;
            let key = format!(".{}", &module[name.len()..]);
            let mut targets = self.packages.promised(package, "exports", &key);
            targets.push(if key == "." { "./index".into() } else { key });
            (package, targets)
        };
        targets.iter().find_map(|target| self.source_of(package, target))
    }

    /// The source of a relative import of something that is not built: a whole package, or `./dist/x.js` in one.
    fn near_sources(&self, folder: &str, module: &str) -> Option<FileId> {
        let path = joined(folder, module)?;
        let package = self.packages.around(&path).unwrap_or_default();
        let target = path[package.len()..].trim_start_matches('/');
        if target.is_empty() {
            let targets = self.packages.promised(package, "exports", ".");
            return targets.iter().find_map(|target| self.source_of(package, target));
        }
        BUILT.contains(&first_part(target)).then(|| self.source_of(package, target))?
    }

    fn source_of(&self, package: &str, target: &str) -> Option<FileId> {
        /// Where sources stand.
        const SOURCES: [&str; 4] = ["src", "src/lib", "", "lib"];
        let target = target.strip_prefix("./").unwrap_or(target);
        let endings = [
            ".d.ts", ".d.mts", ".d.cts", ".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts",
            ".tsx",
        ];
        let mut stem =
            endings.iter().find_map(|ending| target.strip_suffix(ending)).unwrap_or(target);
        loop {
            for folder in SOURCES {
                let path = join(&join(package, folder), stem);
                if let Some(file) =
                    files(&path).chain(indices(&path)).find_map(|path| self.sources.get(&path))
                {
                    return Some(*file);
                }
            }
            let (first, rest) = stem.split_once('/')?;
            if !BUILT.contains(&first) {
                return None;
            }
            stem = rest;
        }
    }
}

impl std::fmt::Debug for Resolver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Resolver").field("packages", &self.packages).finish_non_exhaustive()
    }
}

fn options() -> ResolveOptions {
    let owned = |texts: &[&str]| texts.iter().map(ToString::to_string).collect();
    let aliases =
        COMPILED.iter().map(|(compiled, sources)| ((*compiled).to_string(), owned(sources)));
    ResolveOptions {
        tsconfig: Some(TsconfigDiscovery::Auto),
        extensions: ENDINGS.iter().map(|ending| format!(".{ending}")).collect(),
        extension_alias: aliases.collect(),
        // The first condition that a package lists wins, and "types" leads to declarations, which have no values.
        condition_names: owned(&["source", "node", "import", "require", "default"]),
        main_fields: owned(&["source", "module", "main"]),
        builtin_modules: true,
        // The environment must not change what is found.
        node_path: false,
        ..ResolveOptions::default()
    }
}

/// Whether a file says where imports lead, by its name.
pub(crate) fn is_configuration(path: &str) -> bool {
    Manifest::is_path(path) || packages::is_workspace_file(path) || Configs::is_path(path)
}

/// Whether an import is of something that bundlers take and that holds no code: styles, pictures, texts.
fn is_asset(module: &str) -> bool {
    const ENDINGS: [&str; 17] = [
        "css", "scss", "sass", "less", "styl", "svg", "png", "jpg", "jpeg", "gif", "webp", "ico",
        "woff2", "html", "md", "graphql", "wasm",
    ];
    module.rsplit_once('.').is_some_and(|(_, ending)| ENDINGS.contains(&ending))
}

/// Whether a module is one of the host's own.
pub(crate) fn is_host(module: &str) -> bool {
    module.starts_with("node:") || BUILTINS.binary_search(&module).is_ok()
}

/// The file that a relative import means, as far as paths tell.
pub(crate) fn by_path(sources: &Sources, from: &str, module: &str) -> Option<FileId> {
    let path = joined(folder_of(from), module)?;
    // `..` and `./` mean folders.
    let is_folder = module.ends_with(['.', '/']);
    let mut found = files(&path).filter(|_| !is_folder).chain(indices(&path));
    found.find_map(|path| sources.get(&path).copied())
}

/// The files that an import of `path` may mean if it is no folder, in the order in which compilers look.
fn files(path: &str) -> impl Iterator<Item = String> {
    let compiled =
        COMPILED.iter().filter_map(|(ending, sources)| Some((path.strip_suffix(ending)?, sources)));
    let sources = compiled
        .flat_map(|(stem, sources)| sources.iter().map(move |source| format!("{stem}{source}")));
    let with_ending = ENDINGS.iter().map(move |ending| format!("{path}.{ending}"));
    sources.chain([path.to_string()]).chain(with_ending)
}

fn indices(path: &str) -> impl Iterator<Item = String> {
    ENDINGS.iter().map(move |ending| join(path, &format!("index.{ending}")))
}

/// A relative path as a path from the root. `None` if it leaves the root.
pub(crate) fn joined(folder: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// The folder of a path, with a `/` behind it unless it is the root.
pub(crate) fn folder_of(path: &str) -> &str {
    path.rfind('/').map_or("", |end| &path[..=end])
}

/// The same without the `/`: the name of the folder itself, of which the folder above it can be asked.
fn parent_of(path: &str) -> &str {
    folder_of(path).trim_end_matches('/')
}

/// Where the sources of compiled code may be, if a path from the root leads there: the first folder in the package's folder
/// stands for `src`, or for the package itself.
pub(crate) fn sources_of(path: &str, package: &str) -> impl Iterator<Item = String> {
    let rest = path.strip_prefix(package).and_then(|inside| inside.split_once('/'));
    rest.into_iter()
        .flat_map(move |(_, rest)| [format!("{package}src/{rest}"), format!("{package}{rest}")])
}

fn join(folder: &str, name: &str) -> String {
    match (folder, name) {
        ("", path) | (path, "") => path.into(),
        (folder, name) => format!("{folder}/{name}"),
    }
}

/// A folder and all above it, up to the root.
fn ancestors(folder: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(folder), |folder| (!folder.is_empty()).then(|| parent_of(folder)))
}

fn first_part(module: &str) -> &str {
    module.split('/').next().unwrap_or(module)
}

/// The package in a module's name: `@scope/name` of `@scope/name/file`.
pub(crate) fn package_name(module: &str) -> &str {
    let parts = if module.starts_with('@') { 2 } else { 1 };
    let end = module.match_indices('/').nth(parts - 1).map_or(module.len(), |(at, _)| at);
    &module[..end]
}

/// `@/x` and `~/x` are aliases that bundlers know from files of their own; no package can be called that.
fn is_package_name(module: &str) -> bool {
    !module.starts_with(['/', '~', '#']) && !module.starts_with("@/")
}

/// The names in a folder of the sources.
fn entries<'s>(sources: &'s Sources, folder: &str) -> impl Iterator<Item = &'s str> + use<'s> {
    let inside = if folder.is_empty() { String::new() } else { format!("{folder}/") };
    let mut last = "";
    let paths = sources.range(inside.clone()..).map(|(path, _)| path.as_str());
    paths.map_while(move |path| path.strip_prefix(inside.as_str())).map(first_part).filter(
        move |entry| {
            let is_new = *entry != last;
            last = entry;
            is_new
        },
    )
}

/// Whether there is a file whose path starts like that.
fn has_below<V>(paths: &BTreeMap<String, V>, start: &str) -> bool {
    paths
        .range::<str, _>((Bound::Included(start), Bound::Unbounded))
        .next()
        .is_some_and(|(path, _)| path.starts_with(start))
}
