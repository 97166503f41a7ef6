#include "tools/journal/command_line.h"

#include <CLI/CLI.hpp>
#include <iostream>
#include <limits>

#include "tools/common/whole_option.h"

namespace flexstock::journal_tool {
namespace {

constexpr const char* kFooter = R"(
verify, dump and stats only read, take no lock, and work beside a running engine. snapshot is an engine itself.

Examples:
  flexstock-journal verify /var/lib/shop/journal
      is it whole? What an engine would leave out (a write that a crash cut short) is named
  flexstock-journal verify --deep backup
      recovers it in memory as well, and checks that the units of every product add up
  flexstock-journal dump journal --order 18014398509481985 | jq -c '[.at, .event]'
      what became of one order
  flexstock-journal stats --json journal
  flexstock-journal snapshot journal

Exit codes:
  0  the journal is whole; done
  1  it is damaged, or a file could not be read or written
  2  usage)";

constexpr std::int64_t kInt64Max = std::numeric_limits<std::int64_t>::max();

CLI::App* Add(CLI::App* app, const std::string& name, const std::string& what, std::string* directory) {
  CLI::App* const command = app->add_subcommand(name, what);
  command->add_option("DIR", *directory, "the engine's Options::journal_dir")->required()->type_name("");
  return command;
}

void AddSnapshotOptions(CLI::App* command, SnapshotOptions* options) {
  constexpr std::uint64_t kSlotsMax = std::uint64_t{1} << 30;
  command->footer(
      "What is left is the snapshot, the segment in which the journal goes on, and the one behind it.\n\n"
      "What the engine that writes this journal was opened with may be given; what is not is chosen so that everything "
      "stays that is there: as many orders and products, orders remembered as long as the journal allows, and every "
      "event that any of the four audiences has not confirmed, whether the engine has that audience or not: no file "
      "says which it has. If it has fewer, give them, or the snapshot has every event since the one before.");
  tools::AddWhole<std::uint64_t>(command, "--orders-max", {1, kSlotsMax}, "Options::orders_max",
                                 [options](std::uint64_t value) { options->orders_max = value; });
  tools::AddWhole<std::uint64_t>(command, "--products-max", {1, kSlotsMax}, "Options::products_max",
                                 [options](std::uint64_t value) { options->products_max = value; });
  tools::AddWhole<std::int64_t>(command, "--retention-ms", {0, kInt64Max},
                                "Options::retention_ms: forgets older orders",
                                [options](std::int64_t value) { options->retention_ms = value; });
  const auto add_audience = [options](const std::vector<std::string>& names) {
    options->audiences.emplace();
    for (const std::string& name : names) {
      for (std::size_t i = 0; i < kAudiences; ++i) {
        if (name == Name(static_cast<Audience>(i))) options->audiences->push_back(static_cast<Audience>(i));
      }
    }
  };
  command
      ->add_option_function<std::vector<std::string>>("--audiences", add_audience,
                                                      "Options::audiences: drops events that only others wait for")
      ->delimiter(',')
      ->type_name("NAME,...")
      ->check(CLI::IsMember({"member", "customer", "logistics", "feed"}));
}

}  // namespace

Invocation Parse(int argc, const char* const* argv) {
  CLI::App app("Looks into the journal of a flexstock engine: is it whole, what happened, where do the bytes go.",
               "flexstock-journal");
  app.set_version_flag("--version", "flexstock-journal " FLEXSTOCK_VERSION);
  app.footer(kFooter);
  app.require_subcommand(1);
  Invocation invocation;
  std::string* const directory = &invocation.directory;

  VerifyCommand verify_command;
  CLI::App* const verify =
      Add(&app, "verify", "is it whole? Reads and checks every byte that recovery needs", directory);
  verify->add_flag("--deep", verify_command.deep, "recover it in memory, too, and check every product's units");

  DumpCommand dump_command;
  CLI::App* const dump = Add(&app, "dump", "everything that it says, one JSON object a line", directory);
  tools::AddWhole<std::uint64_t>(dump, "--order", {1, std::numeric_limits<std::uint64_t>::max()},
                                 "only what became of this order",
                                 [&](std::uint64_t id) { dump_command.filter.order = OrderId{id}; })
      ->type_name("ID");
  tools::AddWhole<std::int64_t>(dump, "--product", {1, kInt64Max}, "only this product and its orders",
                                [&](std::int64_t id) { dump_command.filter.product = ProductId{id}; })
      ->type_name("ID");

  StatsCommand stats_command;
  CLI::App* const stats = Add(&app, "stats", "where its bytes go", directory);
  stats->add_flag("--json", stats_command.json, "as one JSON object");

  SnapshotCommand snapshot_command;
  CLI::App* const snapshot = Add(
      &app, "snapshot", "takes a snapshot and removes what it makes superfluous; no engine may be running", directory);
  AddSnapshotOptions(snapshot, &snapshot_command.options);

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    invocation.exit_code = app.exit(error, std::cout, std::cerr) == 0 ? kExitWhole : kExitUsage;
    return invocation;
  }
  // A path that ends with a slash names the same directory.
  while (directory->size() > 1 && directory->back() == '/') directory->pop_back();
  if (verify->parsed()) invocation.command = verify_command;
  if (dump->parsed()) invocation.command = dump_command;
  if (stats->parsed()) invocation.command = stats_command;
  if (snapshot->parsed()) invocation.command = snapshot_command;
  return invocation;
}

}  // namespace flexstock::journal_tool
