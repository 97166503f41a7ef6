// PlayOptions: how a scenario is run. docs/load-testing.md says which mode answers which question.
//
//   kMax      closed loop: whoever was answered comes again at once. How much does the engine manage?
//   kRate     open loop: customers come when the scenario says, however slow the answers are. What do they wait?
//   kVirtual  no threads, no clock: what happens, not how fast. The same seed is the same run, to the byte.
//
// Played (kMax, kRate), the whole scenario takes `seconds` of real time: its clock runs so much faster, for arrivals,
// habits and the engine's deadlines alike. In virtual time it takes as long as it takes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace flexstock::loadgen {

enum class PlayMode : std::uint8_t { kMax, kRate, kVirtual };
[[nodiscard]] std::string_view Name(PlayMode mode);

struct PlayOptions {
  PlayMode mode = PlayMode::kVirtual;
  double rate = 0;            // kRate: customers a second of real time, on average; 0: as many as the scenario has
  double seconds = 0;         // played: real time for all of it; 0: as long as it is, but 5 (max) or 10 (rate) at most
  std::uint32_t threads = 0;  // of gateways, played; 0: the scenario's
  std::uint64_t seed = 1;
  bool contention = false;  // look where callers wait for each other
  std::string journal;      // the engine's journal is in this directory; "": there is none
  std::uint64_t snapshot_every_bytes = std::uint64_t{1} << 30;
  std::uint64_t events_max = std::uint64_t{1} << 20;
  bool progress = false;  // also where standard error is not a terminal
  // For tests of what the modes see: at this share of the run the engine stands still for so long, whoever calls it.
  double pause_at = 0;
  std::uint64_t pause_ms = 0;
};

}  // namespace flexstock::loadgen
