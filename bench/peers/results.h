// Results: a tournament as a table for people, and as JSON for a page.
#pragma once

#include <string>
#include <vector>

#include "bench/peers/tournament.h"
#include "tools/loadgen/machine.h"

namespace flexstock::bench::peers {

// The median of the rounds, and how far to trust it.
struct Spectrum {
  double median = 0, min = 0, max = 0;
};

// One line of either. `ratio`: flexstock's orders a second, called in the same way in the same round, over this
// contestant's; of flexstock itself 1.
struct Line {
  const Standing* standing = nullptr;
  std::string against;  // that flexstock's name
  Spectrum orders_per_s;
  Spectrum ratio;
};

// In the order of the standings, which must outlive them.
[[nodiscard]] std::vector<Line> Lines(const std::vector<Standing>& standings,
                                      const std::vector<Contestant>& contestants);

// The table, with notes on what is not like for like below it. in_memory: the directory's file system is no disk.
[[nodiscard]] std::string Table(const std::vector<Line>& lines, const Plan& plan, const loadgen::Machine& machine,
                                bool in_memory);

// What the report page reads (tools/loadgen/report_page/js/run.js), and more:
//   {"format": "flexstock-run/1", "title": "...", "headline": "...",
//    "peers": [{"name": "Redis, appendonly always, 1 client, 64 at a time", "stream": "zipf",
//               "orders_per_s": {"median": ..., "min": ..., "max": ...},
//               "ratio": 2.1, "ratio_min": ..., "ratio_max": ..., "against": "flexstock, ...",
//               "durable": true, "durability": "durable", "clients": 1, "together": 64, "ours": false,
//               "orders": 65536, "answers": {"confirmed": ..., "pending": ..., "refused": ...},
//               "rounds": [...], "notes": "..."}, ...],
//    "machine": "AMD EPYC, 2 CPUs, ...", "commit": "e002cf7", "date": "...", "disk": true, "rounds": 5, "seconds": 0.3}
[[nodiscard]] std::string Json(const std::vector<Line>& lines, const Plan& plan, const loadgen::Machine& machine,
                               bool in_memory);

}  // namespace flexstock::bench::peers
