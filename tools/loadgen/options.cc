#include "tools/loadgen/options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <iostream>
#include <limits>
#include <map>
#include <system_error>

#include "tools/loadgen/checks.h"

namespace flexstock::loadgen {
namespace {

constexpr const char* kExamples = R"(Examples:
  flexstock-loadgen sale
      one product, a million units, two threads of customers, five seconds
  flexstock-loadgen sale --products 100000 --zipf 0.99 --stock 200 --seconds 10
      a catalogue in which few products get most of the orders
  flexstock-loadgen sale --batch 64 --hold-ms 0 --overflow reject
      batches; first come, first served, nobody is asked
  flexstock-loadgen sale --keys --retries 0.05
      every order has an idempotency key, one in twenty is sent again
  flexstock-loadgen trace orders.csv --stock 50%
      a log of orders, with half of the units that it asks for

  flexstock-loadgen sale --journal run.journal
      durable: how long until an order is on the disk, and how many bytes it takes there
  flexstock-loadgen sale --hgrm run.hgrm --hlog run.hlog
      latencies for HdrHistogram's plotters and log processors
  flexstock-loadgen run sale-day
      a day of ten million orders in virtual time; flexstock-loadgen scenarios lists what there is
  flexstock-loadgen run flash-sale --mode rate 20000 --report sale.html
      customers who come however slow the answers are, and a page to look at
  flexstock-loadgen run marketplace --sweep catalogue.policy.payment_window_ms=600000,3600000,86400000
      what if?

Exit codes: 0 fine; 1 a unit or an event is missing, the engine refused to open, or its journal failed; 2 usage, or a
bad trace or scenario.)";

// "500": so many units. "80%": that share of the demand.
bool ReadStockRule(const std::string& text, StockRule* rule) {
  const bool percent = text.ends_with('%');
  const char* const end = text.data() + text.size() - (percent ? 1 : 0);
  if (percent) {
    double value = 0;
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    *rule = {.share = value / 100};
    return error == std::errc() && stop == end && value > 0 && value <= 1'000'000;
  }
  *rule = {};
  const auto [stop, error] = std::from_chars(text.data(), end, rule->units);
  return error == std::errc() && stop == end && rule->units >= 0 && rule->units <= kStockMax;
}

// An option of the group Policy whose value is one of a few names.
template <class Enum>
void AddChoice(CLI::App* command, const std::string& name, Enum* target, const std::map<std::string, Enum>& choices,
               const std::string& description) {
  std::string now;
  for (const auto& [text, value] : choices) now = value == *target ? text : now;
  command
      ->add_option_function<std::string>(
          name, [target, choices](const std::string& text) { *target = choices.at(text); }, description)
      ->check(CLI::IsMember(choices))
      ->default_str(now)
      ->group("Policy");
}

void AddRunOptions(CLI::App* command, RunOptions* options) {
  Policy* const policy = &options->policy;
  command->add_option("--threads", options->threads, "threads that place orders")->check(Whole(1, 1'024));
  command->add_option("--seed", options->seed, "of everything random; the threads' interleaving is the machine's")
      ->check(Whole(0));
  command->add_option("--json", options->files.json, "also write everything to this file, as JSON");
  command->add_option(
      "--hgrm", options->files.hgrm,
      "also write how long placing took to this file, as HdrHistogram's plotters read it: microseconds");
  command->add_option("--hlog", options->files.hlog,
                      "also write every kind of call's histogram to this file, as HdrHistogram's log: nanoseconds");
  command->add_flag("--progress", options->progress, "progress on standard error also where that is not a terminal");

  command->add_option("--shards", options->shards, "locks over which products are spread")
      ->check(Whole(0, std::numeric_limits<std::uint32_t>::max()))
      ->group("Engine");
  command
      ->add_option("--orders-reserve", options->orders_reserve, "orders whose memory is taken and touched beforehand")
      ->check(Whole(0))
      ->group("Engine");
  command->add_option("--events-max", options->events_max, "most events that wait for one audience")
      ->check(Whole(0))
      ->group("Engine");

  command->add_option("--journal", options->journal, "a new directory: the engine is durable; its journal stays behind")
      ->type_name("DIR")
      ->check(NewDirectory())
      ->group("Engine");
  command
      ->add_option("--snapshot-every-bytes", options->snapshot_every_bytes,
                   "with --journal: a snapshot when it has grown by so many; 0: none")
      ->check(Whole(0))
      ->needs("--journal")
      ->group("Engine");

  constexpr Millis kCentury = Millis{36'525} * 86'400'000;
  const CLI::Validator window = Whole(1, kCentury);
  const CLI::Validator limit = Whole(0);
  command->add_option("--acceptance-window-ms", policy->acceptance_window_ms, "how long a member has to answer")
      ->check(window)
      ->group("Policy");
  command->add_option("--payment-window-ms", policy->payment_window_ms, "how long to pay after acceptance")
      ->check(window)
      ->group("Policy");
  command
      ->add_option("--hold-ms", policy->checkout_hold_ms, "how long units are held for payment; 0: confirmed at once")
      ->check(Whole(0, kCentury))
      ->group("Policy");
  command->add_option("--pending-limit", policy->pending_limit, "most orders that wait for a member, a product; 0: any")
      ->check(limit)
      ->group("Policy");
  command->add_option("--order-limit", policy->order_limit, "most units in one order; 0: any")
      ->check(limit)
      ->group("Policy");
  command->add_option("--customer-limit", policy->customer_limit, "most units a customer, a product; 0: any")
      ->check(limit)
      ->group("Policy");
  AddChoice<Overflow>(command, "--overflow", &policy->overflow,
                      {{"ask", Overflow::kAskMember}, {"reject", Overflow::kReject}},
                      "what stock cannot serve: ask the member, or reject");
  AddChoice<FillOnRestock>(command, "--fill-on-restock", &policy->fill_on_restock,
                           {{"off", FillOnRestock::kOff}, {"fifo", FillOnRestock::kFifo}},
                           "units that come back go to the order that waits longest");

  const CLI::Validator share = Within(0.0, 1.0);
  command->add_option("--accept", options->member.accept, "share of requests that members accept")
      ->check(share)
      ->group("People");
  command->add_option("--accept-part", options->member.accept_part, "... accept for half of the units")
      ->check(share)
      ->group("People");
  command->add_option("--decline", options->member.decline, "... decline; the rest is never answered")
      ->check(share)
      ->group("People");
  command->add_option("--pay", options->payer.pay, "share of payment requests that are paid")
      ->check(share)
      ->group("People");
  command->add_option("--cancel", options->payer.cancel, "... canceled; the rest is never paid")
      ->check(share)
      ->group("People");
  command->callback([options] {
    constexpr double kRounding = 1e-9;
    const MemberHabits& member = options->member;
    if (member.accept + member.accept_part + member.decline > 1 + kRounding) {
      throw CLI::ValidationError("--accept + --accept-part + --decline", "are shares of one whole: at most 1 in all");
    }
    if (options->payer.pay + options->payer.cancel > 1 + kRounding) {
      throw CLI::ValidationError("--pay + --cancel", "are shares of one whole: at most 1 in all");
    }
  });
}

CLI::App* AddSale(CLI::App* app, SaleOptions* options) {
  CLI::App* const sale = app->add_subcommand("sale", "customers against a flash sale, as fast as they are answered");
  sale->option_defaults()->always_capture_default();
  Demand* const demand = &options->demand;
  sale->add_option("--products", demand->products, "products on sale")->check(Whole(1, 1 << 24));
  sale->add_option("--zipf", demand->zipf, "how uneven their demand is: 0 even, 0.99 usual, 2 mostly one")
      ->check(Within(0.0, 10.0));
  sale->add_option("--stock", options->stock, "units of each product")->check(Whole(0, kStockMax));
  sale->add_option("--qty-max", demand->qty_max, "an order is for 1 to so many units")->check(Whole(1, kQtyMax));
  sale->add_option("--customers", demand->customers, "different customers")->check(Whole(1));
  sale->add_option("--seconds", options->seconds, "how long")->check(Within(0.01, 86'400.0));
  sale->add_option("--orders", options->orders, "most orders in all; 0: as many as the time allows")->check(Whole(0));
  sale->add_option("--batch", demand->batch, "orders in one call")->check(Whole(1, 65'536));
  sale->add_flag("--keys", demand->keys, "orders carry idempotency keys");
  sale->add_option("--retries", demand->retries, "with --keys: share of orders that are sent again")
      ->check(Within(0.0, 1.0))
      ->needs("--keys");
  AddRunOptions(sale, options);
  return sale;
}

CLI::App* AddTrace(CLI::App* app, TraceOptions* options) {
  CLI::App* const trace = app->add_subcommand("trace", "a log of orders, at full speed, in its own time");
  trace->option_defaults()->always_capture_default();
  trace->add_option("FILE", options->file, "CSV with the header at_ms,product,customer,qty, sorted by at_ms")
      ->required();
  trace
      ->add_option_function<std::string>(
          "--stock",
          [options](const std::string& text) {
            if (!ReadStockRule(text, &options->stock)) {
              throw CLI::ValidationError("--stock", "\"" + text + "\" is neither units (500) nor a share (80%)");
            }
          },
          "units of each product (500), or that share of what the trace asks of it (80%)")
      ->default_str("80%");
  trace->add_option("--batch", options->batch, "orders of one instant that go into one call")->check(Whole(1, 65'536));
  AddRunOptions(trace, options);
  return trace;
}

std::vector<std::pair<std::string, std::string>> Given(const CLI::App& command) {
  std::vector<std::pair<std::string, std::string>> given;
  for (const CLI::Option* option : command.get_options()) {
    const std::string name = option->get_name();
    // Where a run's output goes says nothing of the run.
    if (name == "--help" || name == "--json" || name == "--report" || name == "--hgrm" || name == "--hlog") continue;
    if (option->get_expected_max() == 0) {
      given.emplace_back(name, option->count() > 0 ? "true" : "false");
    } else {
      given.emplace_back(
          name, option->count() > 0 ? fmt::format("{}", fmt::join(option->results(), " ")) : option->get_default_str());
    }
  }
  return given;
}

}  // namespace

SaleOptions::SaleOptions() {
  // A sale of seconds has windows of seconds: who never pays gives the units back while the sale still runs.
  policy.checkout_hold_ms = 1'000;
  policy.payment_window_ms = 1'000;
  policy.acceptance_window_ms = 1'000;
  policy.pending_limit = 1'000;
}

Invocation Parse(int argc, const char* const* argv) {
  CLI::App app(
      "Drives a flexstock engine with orders and shows what it did: how many, how fast, and that no unit is missing.",
      "flexstock-loadgen");
  app.set_version_flag("--version", "flexstock-loadgen " FLEXSTOCK_VERSION);
  app.footer(kExamples);
  app.require_subcommand(1);
  SaleOptions sale_options;
  TraceOptions trace_options;
  CLI::App* const sale = AddSale(&app, &sale_options);
  CLI::App* const trace = AddTrace(&app, &trace_options);
  PlayCommand play_command;
  CLI::App* const play = AddPlay(&app, &play_command);
  const CLI::App* const scenarios = app.add_subcommand("scenarios", "lists the ready-made scenarios");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    constexpr int kUsage = 2;
    return {.command = {}, .exit_code = app.exit(error, std::cout, std::cerr) == 0 ? 0 : kUsage, .options = {}};
  }
  if (scenarios->parsed()) return {.command = ListScenarios{}, .exit_code = 0, .options = {}};
  if (play->parsed()) return {.command = play_command, .exit_code = 0, .options = Given(*play)};
  if (sale->parsed()) return {.command = sale_options, .exit_code = 0, .options = Given(*sale)};
  return {.command = trace_options, .exit_code = 0, .options = Given(*trace)};
}

}  // namespace flexstock::loadgen
