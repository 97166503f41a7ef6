// Options: what the command line asks for.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "flexstock/policy.h"
#include "flexstock/storage.h"
#include "tools/loadgen/catalogue.h"
#include "tools/loadgen/files.h"
#include "tools/loadgen/member.h"
#include "tools/loadgen/payer.h"
#include "tools/loadgen/play/play_command.h"
#include "tools/loadgen/shopper.h"

namespace flexstock::loadgen {

// What both commands have.
struct RunOptions {
  std::uint32_t threads = 2;  // that place orders; members, customers who pay and logistics have one each besides
  std::uint64_t seed = 1;
  std::uint32_t shards = 64;
  std::uint64_t orders_reserve = 0;
  std::uint64_t keys_reserve = 0;
  Millis retention_ms = flexstock::Options().retention_ms;
  std::uint32_t contention_sample = 0;  // see Options
  std::uint64_t events_max = std::uint64_t{1} << 20;
  Policy policy;
  MemberHabits member;
  PayerHabits payer;
  FileNames files;
  std::string journal;  // the engine's journal is in this directory; "": there is none
  std::uint64_t snapshot_every_bytes = std::uint64_t{1} << 30;
  Storage* storage = nullptr;  // of the journal; nullptr: the system's
  bool progress = false;       // also where standard error is not a terminal
};

struct SaleOptions : RunOptions {
  SaleOptions();

  Demand demand;
  Units stock = 1'000'000;
  double seconds = 5;
  std::uint64_t orders = 0;  // 0: no limit but the time
};

struct TraceOptions : RunOptions {
  std::string file;
  std::size_t batch = 1;
  StockRule stock{.share = 0.8};
};

// A command line understood, or what to exit with.
struct Invocation {
  // monostate: exit at once with exit_code
  std::variant<std::monostate, SaleOptions, TraceOptions, PlayCommand, ListScenarios> command;
  int exit_code = 0;
  // Every option of the command and its value, also those left at their default: for the report.
  std::vector<std::pair<std::string, std::string>> options;
};

// Prints help, version or what is wrong by itself.
[[nodiscard]] Invocation Parse(int argc, const char* const* argv);

}  // namespace flexstock::loadgen
