//! Two counts of the whole machine from `/proc/stat`, read around each burst:
//! time stolen by the hypervisor and tasks made. Never allocates once its
//! buffer has grown to the size of the file.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;

use oscost_record::Nanos;

use super::Sources;

/// What the kernel has counted since boot, over all CPUs.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct KernelTotals {
    /// Time that the hypervisor gave to others while a CPU wanted to run. The
    /// kernel counts in ticks, commonly of 10 ms.
    pub steal: Option<Nanos>,
    /// Processes and threads made.
    pub tasks_created: Option<u64>,
}

/// Reads [`KernelTotals`] again and again from one open file.
#[derive(Debug)]
pub struct TotalsReader {
    file: Option<File>,
    buffer: Vec<u8>,
    nanos_per_tick: f64,
}

impl KernelTotals {
    /// One reading. Where there are many, a [`TotalsReader`] is cheaper.
    #[must_use]
    pub fn read(sources: &Sources) -> Self {
        TotalsReader::open(sources).read()
    }

    /// What was counted between `earlier` and this reading. Absent where
    /// either is, or where the count ran backwards, as steal may after a
    /// migration.
    #[must_use]
    pub fn since(&self, earlier: &Self) -> Self {
        let steal = self
            .steal
            .zip(earlier.steal)
            .map(|(now, then)| now.0 - then.0);
        Self {
            steal: steal.filter(|gone| *gone >= 0.0).map(Nanos),
            tasks_created: self
                .tasks_created
                .zip(earlier.tasks_created)
                .and_then(|(now, then)| now.checked_sub(then)),
        }
    }
}

impl TotalsReader {
    /// Opens `/proc/stat`; where that fails, every count is absent.
    #[must_use]
    pub fn open(sources: &Sources) -> Self {
        let ticks_per_second = procfs::ticks_per_second() as f64;
        Self {
            file: File::open(sources.path("/proc/stat")).ok(),
            buffer: Vec::new(),
            nanos_per_tick: 1e9 / ticks_per_second,
        }
    }

    /// The counts as they are now.
    pub fn read(&mut self) -> KernelTotals {
        let Some(text) = self.fill().ok().flatten() else {
            return KernelTotals::default();
        };
        let steal = cpu_ticks(text).and_then(|ticks| ticks[STEAL]);
        // This program was made itself: a zero is a kernel that does not count.
        let tasks_created = processes(text).filter(|&count| count > 0);
        let steal = steal.map(|ticks| Nanos(ticks as f64 * self.nanos_per_tick));
        KernelTotals {
            steal,
            tasks_created,
        }
    }

    /// The file from its beginning to the last line that is of use.
    fn fill(&mut self) -> io::Result<Option<&[u8]>> {
        let Some(file) = &self.file else {
            return Ok(None);
        };
        let mut length = 0;
        loop {
            if length == self.buffer.len() {
                self.buffer.resize((length * 2).max(16 << 10), 0);
            }
            let read = file.read_at(&mut self.buffer[length..], length as u64)?;
            length += read;
            if read == 0 || processes(&self.buffer[..length]).is_some() {
                return Ok(Some(&self.buffer[..length]));
            }
        }
    }
}

/// Place of the stolen time on the `cpu` line: proc_stat(5).
const STEAL: usize = 7;

/// The `cpu` line in ticks: user, nice, system, idle, iowait, irq, softirq,
/// steal. Guest time follows in the file, but user time contains it already.
pub(super) fn cpu_ticks(text: &[u8]) -> Option<[Option<u64>; 8]> {
    let line = text
        .split(|&byte| byte == b'\n')
        .next()?
        .strip_prefix(b"cpu ")?;
    let mut numbers = line
        .split(|&byte| byte == b' ')
        .filter(|word| !word.is_empty())
        .map(number);
    Some(std::array::from_fn(|_| numbers.next().flatten()))
}

/// The count on the `processes` line, if the line is there to its end.
/// It stands near the end of the file, behind an `intr` line of kilobytes:
/// hence the search from behind.
fn processes(text: &[u8]) -> Option<u64> {
    let whole = &text[..text.iter().rposition(|&byte| byte == b'\n')?];
    whole
        .rsplit(|&byte| byte == b'\n')
        .find_map(|line| number(line.strip_prefix(b"processes ")?))
}

fn number(digits: &[u8]) -> Option<u64> {
    std::str::from_utf8(digits).ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::super::fake::Tree;
    use super::*;

    fn read(stat: &str) -> KernelTotals {
        KernelTotals::read(&Tree::new().file("/proc/stat", stat).sources("x86_64"))
    }

    #[test]
    fn both_counts_are_found() {
        let totals = read(
            "cpu  1 2 3 4 5 6 7 33 0 0\ncpu0 1 2 3\nctxt 5\nbtime 6\nprocesses 10811\nprocs_running 2\n",
        );
        let tick = 1e9 / procfs::ticks_per_second() as f64;
        assert_eq!(totals.steal, Some(Nanos(33.0 * tick)));
        assert_eq!(totals.tasks_created, Some(10_811));
    }

    #[test]
    fn a_file_longer_than_the_buffer_is_read_to_its_end() {
        let intr = " 0".repeat(100_000);
        let totals = read(&format!(
            "cpu  1 2 3 4 5 6 7 8\nintr 1{intr}\nprocesses 42\n"
        ));
        assert_eq!(totals.tasks_created, Some(42));
    }

    #[test]
    fn what_the_kernel_does_not_count_is_absent() {
        assert_eq!(read("cpu  1 2 3 4\nprocesses 0\n"), KernelTotals::default());
        assert_eq!(
            KernelTotals::read(&Tree::new().sources("x86_64")),
            KernelTotals::default()
        );
    }

    #[test]
    fn a_difference_never_runs_backwards() {
        let early = KernelTotals {
            steal: Some(Nanos(5.0)),
            tasks_created: Some(7),
        };
        let late = KernelTotals {
            steal: Some(Nanos(4.0)),
            tasks_created: Some(9),
        };
        assert_eq!(
            late.since(&early),
            KernelTotals {
                steal: None,
                tasks_created: Some(2)
            }
        );
        assert_eq!(
            late.since(&KernelTotals::default()),
            KernelTotals::default()
        );
    }

    #[test]
    fn a_reader_sees_what_happens_on_this_machine() {
        let mut reader = TotalsReader::open(&Sources::machine());
        let before = reader.read();
        std::thread::spawn(|| ()).join().unwrap();
        let made = reader.read().since(&before).tasks_created;
        if before.tasks_created.is_some() {
            assert!(made >= Some(1), "{made:?}");
        }
    }
}
