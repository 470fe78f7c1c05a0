//! A bar on the terminal while a long run reads files. Never in pipes, and gone before the report begins.

use std::io::IsTerminal as _;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::files::DiskFiles;

/// Runs that are shorter than that are left alone.
const PATIENCE: Duration = Duration::from_millis(700);

/// How often the bar moves.
const STEP: Duration = Duration::from_millis(100);

/// Runs `work` and meanwhile shows how many of `total` files are read, if somebody watches.
pub(crate) fn watched<T>(
    files: &DiskFiles,
    total: usize,
    quiet: bool,
    work: impl FnOnce() -> T,
) -> T {
    let is_watched = std::io::stderr().is_terminal() && !quiet;
    if !is_watched {
        return work();
    }
    let (done, is_done) = mpsc::channel::<()>();
    thread::scope(|scope| {
        scope.spawn(move || show(files, total, &is_done));
        let result = work();
        drop(done);
        result
    })
}

fn show(files: &DiskFiles, total: usize, is_done: &mpsc::Receiver<()>) {
    let waits = |time| matches!(is_done.recv_timeout(time), Err(RecvTimeoutError::Timeout));
    if !waits(PATIENCE) {
        return;
    }
    let bar = ProgressBar::with_draw_target(Some(total as u64), ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} files {msg}") {
        bar.set_style(style);
    }
    loop {
        // Values lead to files a second time; a bar that is full tells nothing more.
        let read = files.reads().min(total as u64);
        bar.set_position(read);
        if read == total as u64 {
            bar.set_message("read, working out what they do");
        }
        if !waits(STEP) {
            break;
        }
    }
    bar.finish_and_clear();
}
