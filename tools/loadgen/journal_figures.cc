#include "tools/loadgen/journal_figures.h"

namespace flexstock::loadgen {

JournalStats Growth(const JournalStats& before, JournalStats now) {
  for (const auto counter : {&JournalStats::blocks, &JournalStats::changes, &JournalStats::bytes,
                             &JournalStats::change_bytes, &JournalStats::write_ns, &JournalStats::sync_ns,
                             &JournalStats::waits, &JournalStats::wait_ns, &JournalStats::snapshots}) {
    now.*counter -= before.*counter;
  }
  return now;
}

}  // namespace flexstock::loadgen
