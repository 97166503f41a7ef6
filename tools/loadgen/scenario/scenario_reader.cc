#include "tools/loadgen/scenario/scenario_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <numeric>
#include <utility>
#include <variant>
#include <vector>

#include "tools/loadgen/scenario/arrivals_reader.h"
#include "tools/loadgen/scenario/distribution_reader.h"
#include "tools/loadgen/scenario/fields.h"
#include "tools/loadgen/scenario/json_tree.h"
#include "tools/loadgen/scenario/measured_tables.h"
#include "tools/loadgen/scenario/recorded_files.h"
#include "tools/replay/policy_fields.h"

namespace flexstock::loadgen {
namespace {

constexpr Range kShares = {0, 1};
constexpr Range kTimes_s = {0, 1e9};
constexpr Range kUnits = {1, kQtyMax};
constexpr Range kStocks = {0, kStockMax};
constexpr double kProductsMax = 1 << 24;

class Reader {
 public:
  Reader(std::string directory, Problems* problems) : directory_(std::move(directory)), problems_(problems) {}

  Scenario Read(const JsonNode& root) {
    Fields fields(&root, problems_);
    std::string schema;  // for editors
    loadgen::Read(fields.May("$schema"), &schema, problems_);
    loadgen::Read(fields.Need("name"), &scenario_.name, problems_);
    loadgen::Read(fields.Need("description"), &scenario_.description, problems_);
    ReadTracePlan(fields.May("trace"));
    ReadCatalogue(fields.Need("catalogue"));
    ReadArrivals(fields.Need("arrivals"), directory_, &scenario_.arrivals, problems_);
    ReadBaskets(&fields);
    ReadCustomers(&fields);
    ReadMembers(fields.May("members"));
    ReadGateway(fields.May("gateway"));
    for (const JsonNode& stall : ReadList(fields.May("stalls"), 0, problems_)) ReadStall(stall);
    ReadEngine(fields.May("engine"));
    return std::move(scenario_);
  }

 private:
  void ReadTracePlan(const JsonNode* node) {
    if (node == nullptr) return;
    Fields fields(node, problems_);
    TracePlan& plan = scenario_.trace.emplace();
    loadgen::Read(fields.May("stock_share"), {0, 1e6}, &plan.stock.share, problems_);
    loadgen::Read(fields.May("carts"), &plan.carts, problems_);
    const JsonNode* const node_of_file = fields.Need("file");
    const std::string file = ReadFileName(node_of_file, directory_, problems_);
    if (problems_->any()) return;
    TraceRead read = ReadPackedTrace(file);
    if (!read.problem.empty()) {
      RefuseFile(*node_of_file, read.problem, problems_);
      return;
    }
    plan.trace = std::move(read.trace);
    SortByDemand(&plan.trace);
  }

  // Index 0 is the most wanted product; those of equal demand stay in the order of their first row.
  static void SortByDemand(Trace* trace) {
    std::vector<std::uint32_t> order(trace->products.size()), rank(order.size());
    std::iota(order.begin(), order.end(), 0);
    std::ranges::stable_sort(order, std::greater(), [&](std::uint32_t i) { return trace->products[i].demand; });
    std::vector<Trace::Product> sorted;
    for (const std::uint32_t i : order) {
      rank[i] = static_cast<std::uint32_t>(sorted.size());
      sorted.push_back(trace->products[i]);
    }
    trace->products = std::move(sorted);
    for (TraceRow& row : trace->rows) row.product = rank[row.product];
  }

  void ReadCatalogue(const JsonNode* node) {
    Fields fields(node, problems_);
    CataloguePlan& plan = scenario_.catalogue;
    if (scenario_.trace.has_value()) {
      for (const std::string_view key : {"products", "popularity", "stock"}) fields.Refuse(key, "the trace says it");
      plan.products = static_cast<std::uint32_t>(scenario_.trace->trace.products.size());
    } else {
      loadgen::Read(fields.Need("products"), {1, kProductsMax}, &plan.products, problems_);
      ReadPopularity(fields.May("popularity"));
      ReadWholeDistribution(fields.Need("stock"), kStocks, &plan.stock, problems_);
    }
    loadgen::Read(fields.May("members"), {1, kProductsMax}, &plan.members, problems_);
    loadgen::Read(fields.May("inactive"), kShares, &plan.inactive, problems_);
    ReadPolicy(fields.May("policy"), &plan.policy);
    double shares = 0;
    for (const JsonNode& item : ReadList(fields.May("classes"), 0, problems_)) {
      Fields class_fields(&item, problems_);
      ProductClass& some = plan.classes.emplace_back();
      loadgen::Read(class_fields.Need("share"), kShares, &some.share, problems_);
      ReadPolicy(class_fields.Need("policy"), &some.policy);
      shares += some.share;
      CheckSum(item, "the shares of classes", shares);
    }
  }

  void ReadPopularity(const JsonNode* node) {
    if (node == nullptr) return;
    Fields fields(node, problems_);
    const JsonNode* const zipf = fields.May("zipf");
    const JsonNode* const shares = fields.May("shares");
    if ((zipf == nullptr) == (shares == nullptr)) {
      problems_->Add(*node, "is not one of zipf and shares; write exactly one of them");
    } else if (zipf != nullptr) {
      loadgen::Read(zipf, {0, 10}, &scenario_.catalogue.popularity.emplace<ZipfPopularity>().theta, problems_);
    } else {
      ReadShares(*shares, &scenario_.catalogue.popularity.emplace<MeasuredPopularity>());
    }
  }

  void ReadShares(const JsonNode& node, MeasuredPopularity* measured) {
    std::uint32_t last = 0;
    for (const JsonNode& item : ReadList(&node, 1, problems_)) {
      const auto [rank, share] = ReadPair(item, "[rank, share]", problems_);
      if (problems_->any()) return;
      const bool fits =
          last == 0 ? rank == 1 : rank > last && rank <= kProductsMax && rank == static_cast<std::uint32_t>(rank);
      if (!fits) {
        problems_->Add(item, "has a rank out of order; write whole ranks that begin with 1 and rise");
        return;
      }
      if (share <= 0 || share > 1)
        problems_->Add(item, fmt::format("has the share {}; write one above 0, up to 1", share));
      last = static_cast<std::uint32_t>(rank);
      measured->ranks.push_back({last, share});
    }
    if (last < scenario_.catalogue.products) {
      problems_->Add(
          node, fmt::format("ends at rank {}, before the last product; add the share of rank {}, or of a later one",
                            last, scenario_.catalogue.products));
    }
  }

  void ReadPolicy(const JsonNode* node, PolicyChange* policy) {
    if (node == nullptr) return;
    Fields fields(node, problems_);
    for (const replay::PolicyField& field : replay::kPolicyFields) {
      const JsonNode* const value = fields.May(field.name);
      if (value == nullptr) continue;
      std::visit([&](auto member) { ReadPolicyField(*value, &(policy->*member)); }, field.member);
      if (!problems_->any() && !IsValid(Apply({}, *policy))) {
        problems_->Add(*value, fmt::format("is {}, which no policy may have; windows begin at 1, all others at 0",
                                           Described(*value)));
      }
    }
  }
  void ReadPolicyField(const JsonNode& node, std::optional<std::int64_t>* value) {
    loadgen::Read(&node, {-kWholeMax, kWholeMax}, &value->emplace(), problems_);
  }
  void ReadPolicyField(const JsonNode& node, std::optional<bool>* value) {
    loadgen::Read(&node, &value->emplace(), problems_);
  }
  template <class Enum>
  void ReadPolicyField(const JsonNode& node, std::optional<Enum>* value) {
    ReadEnum(&node, &value->emplace(), problems_);
  }

  template <class Enum>
  static void ReadEnum(const JsonNode* node, Enum* value, Problems* problems) {
    constexpr const auto& kAll = replay::Words<Enum>::kAll;
    std::array<std::string_view, kAll.size()> words;
    for (std::size_t i = 0; i < words.size(); ++i) words[i] = kAll[i].first;
    const std::size_t found = ReadWord(node, words, problems);
    if (found < words.size()) *value = kAll[found].second;
  }

  void ReadBaskets(Fields* root) {
    if (scenario_.trace.has_value() && root->May("baskets") == nullptr) return;
    Fields fields(root->May("baskets"), problems_);
    BasketPlan& plan = scenario_.baskets;
    if (scenario_.trace.has_value()) {
      for (const std::string_view key : {"lines", "units"}) fields.Refuse(key, "the trace says it");
    }
    // Carts that were measured may be longer than ours can be; Population cuts them.
    ReadWholeDistribution(fields.May("lines"), kUnits, &plan.lines, problems_);
    ReadWholeDistribution(fields.May("units"), kUnits, &plan.units, problems_);
    ReadEnum(fields.May("mode"), &plan.mode, problems_);
  }

  void ReadCustomers(Fields* root) {
    const JsonNode* const node = root->Need("customers");
    Fields fields(node, problems_);
    CustomerPlan& plan = scenario_.customers;
    const JsonNode* const count = scenario_.trace.has_value() ? fields.May("count") : fields.Need("count");
    loadgen::Read(count, {1, 1e12}, &plan.count, problems_);
    loadgen::Read(fields.May("pay"), kShares, &plan.pay, problems_);
    ReadDistribution(fields.May("pay_after_s"), kTimes_s, &plan.pay_after_s, problems_);
    loadgen::Read(fields.May("cancel"), kShares, &plan.cancel, problems_);
    ReadDistribution(fields.May("cancel_after_s"), kTimes_s, &plan.cancel_after_s, problems_);
    if (node != nullptr) CheckSum(*node, "pay and cancel", plan.pay + plan.cancel);
    loadgen::Read(fields.May("keyed"), &plan.keyed, problems_);
    const JsonNode* const retry = fields.May("retry");
    loadgen::Read(retry, kShares, &plan.retry, problems_);
    if (retry != nullptr && plan.retry > 0 && !plan.keyed) {
      problems_->Add(*retry, "needs keys, or every order that is sent again is a new one; set customers.keyed to true");
    }
    ReadDistribution(fields.May("retry_after_s"), kTimes_s, &plan.retry_after_s, problems_);
    ReadHoarders(fields.May("hoarders"));
    ReadBots(fields.May("bots"));
    if (node != nullptr)
      CheckSum(*node, "the shares of hoarders and bots", scenario_.hoarders.share + scenario_.bots.share);
  }

  void ReadHoarders(const JsonNode* node) {
    if (node == nullptr) return;
    Fields fields(node, problems_);
    loadgen::Read(fields.Need("share"), kShares, &scenario_.hoarders.share, problems_);
    ReadWholeDistribution(fields.Need("units"), kUnits, &scenario_.hoarders.units, problems_);
    ReadDistribution(fields.Need("cancel_after_s"), kTimes_s, &scenario_.hoarders.cancel_after_s, problems_);
  }

  void ReadBots(const JsonNode* node) {
    if (node == nullptr) return;
    Fields fields(node, problems_);
    loadgen::Read(fields.Need("share"), kShares, &scenario_.bots.share, problems_);
    loadgen::Read(fields.Need("accounts"), {1, 1e12}, &scenario_.bots.accounts, problems_);
    ReadWholeDistribution(fields.May("units"), kUnits, &scenario_.bots.units, problems_);
  }

  void ReadMembers(const JsonNode* node) {
    if (node == nullptr) return;
    Fields fields(node, problems_);
    MemberPlan& plan = scenario_.members;
    loadgen::Read(fields.May("accept"), kShares, &plan.accept, problems_);
    loadgen::Read(fields.May("accept_part"), kShares, &plan.accept_part, problems_);
    loadgen::Read(fields.May("decline"), kShares, &plan.decline, problems_);
    CheckSum(*node, "accept, accept_part and decline", plan.accept + plan.accept_part + plan.decline);
    ReadDistribution(fields.May("part"), kShares, &plan.part, problems_);
    ReadDistribution(fields.May("answer_after_s"), kTimes_s, &plan.answer_after_s, problems_);
    for (const JsonNode& item : ReadList(fields.May("restocks"), 0, problems_)) {
      Fields restock_fields(&item, problems_);
      RestockPlan& restock = plan.restocks.emplace_back();
      loadgen::Read(restock_fields.Need("at_s"), kTimes_s, &restock.at_s, problems_);
      const auto products = static_cast<double>(scenario_.catalogue.products);
      loadgen::Read(restock_fields.Need("products"), {1, products}, &restock.products, problems_);
      ReadWholeDistribution(restock_fields.Need("units"), kStocks, &restock.units, problems_);
    }
  }

  void ReadGateway(const JsonNode* node) {
    Fields fields(node, problems_);
    loadgen::Read(fields.May("threads"), {1, 1'024}, &scenario_.gateway.threads, problems_);
    loadgen::Read(fields.May("batch"), {1, 65'536}, &scenario_.gateway.batch, problems_);
  }

  void ReadStall(const JsonNode& node) {
    Fields fields(&node, problems_);
    Stall& stall = scenario_.stalls.emplace_back();
    std::array<std::string_view, kAudiences> audiences;
    for (std::size_t i = 0; i < kAudiences; ++i) audiences[i] = Name(static_cast<Audience>(i));
    stall.audience = static_cast<Audience>(ReadWord(fields.Need("audience"), audiences, problems_));
    loadgen::Read(fields.Need("at_s"), kTimes_s, &stall.at_s, problems_);
    loadgen::Read(fields.Need("for_s"), kTimes_s, &stall.for_s, problems_);
  }

  void ReadEngine(const JsonNode* node) {
    Fields fields(node, problems_);
    EnginePlan& plan = scenario_.engine;
    loadgen::Read(fields.May("shards"), {1, 1'024}, &plan.shards, problems_);
    loadgen::Read(fields.May("retention_ms"), {0, 1e12}, &plan.retention_ms, problems_);
    loadgen::Read(fields.May("orders_reserve"), {0, 1 << 30}, &plan.orders_reserve, problems_);
    loadgen::Read(fields.May("keys_reserve"), {0, 1 << 30}, &plan.keys_reserve, problems_);
  }

  void CheckSum(const JsonNode& node, std::string_view what, double sum) {
    constexpr double kRounding = 1e-9;
    if (sum > 1 + kRounding) {
      problems_->Add(node, fmt::format("has too much: {} add up to {}; keep them to 1", what, sum));
    }
  }

  const std::string directory_;
  Problems* const problems_;
  Scenario scenario_;
};

}  // namespace

ScenarioRead ReadScenario(const std::string& path, std::span<const std::string> overrides) {
  FileRead file = ReadPacked(path);
  if (!file.problem.empty()) return {{}, std::move(file.problem)};
  return ReadScenarioText(file.text, path, overrides);
}

ScenarioRead ReadScenarioText(std::string_view text, const std::string& path, std::span<const std::string> overrides) {
  JsonRead json = ReadJson(text, path);
  if (!json.problem.empty()) return {{}, std::move(json.problem)};
  for (const std::string& assignment : overrides) {
    std::string problem = Override(assignment, &json.root);
    if (!problem.empty()) return {{}, std::move(problem)};
  }
  const std::string directory = std::filesystem::path(path).parent_path().string();
  Problems problems;
  IncludeTables(&json.root, directory, &problems);
  if (problems.any()) return {{}, problems.first()};
  Scenario scenario = Reader(directory, &problems).Read(json.root);
  if (problems.any()) return {{}, problems.first()};
  return {std::move(scenario), {}};
}

}  // namespace flexstock::loadgen
