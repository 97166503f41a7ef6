#include "tools/loadgen/scenario/distribution_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <vector>

namespace flexstock::loadgen {
namespace {

constexpr double kMost = 1e15;

class Reader {
 public:
  Reader(Range range, bool whole, Problems* problems) : range_(range), whole_(whole), problems_(problems) {}

  Distribution Read(const JsonNode& node) {
    if (std::holds_alternative<double>(node.value)) {
      double fixed = 0;
      ReadValue(&node, &fixed);
      return Distribution::Fixed(fixed);
    }
    const auto* const object = std::get_if<JsonNode::Object>(&node.value);
    if (object != nullptr && object->size() == 1) {
      const auto& [kind, content] = object->front();
      const auto* const found = std::ranges::find(kKinds, kind, &Kind::name);
      if (found != kKinds.end()) return (this->*found->read)(content);
    }
    problems_->Add(
        node, fmt::format("is {}; write a number or an object with one of {}",
                          object != nullptr ? fmt::format("an object of {} keys", object->size()) : Described(node),
                          Names()));
    return {};
  }

 private:
  struct Kind {
    std::string_view name;
    Distribution (Reader::*read)(const JsonNode&);
  };
  static const std::array<Kind, 6> kKinds;

  static std::string Names() {
    std::string names;
    for (const Kind& kind : kKinds) names.append(names.empty() ? "" : ", ").append(kind.name);
    return names;
  }

  // A value that is drawn as it stands here.
  void ReadValue(const JsonNode* node, double* value) {
    whole_ ? ReadWhole(node, range_, value, problems_) : loadgen::Read(node, range_, value, problems_);
  }
  bool Within(double value) const {
    return value >= range_.min && value <= range_.max && (!whole_ || value == std::floor(value));
  }
  void Refuse(const JsonNode& node, double value) {
    problems_->Add(node, fmt::format("draws {}; keep to {} from {} to {}", value, whole_ ? "whole numbers" : "numbers",
                                     range_.min, range_.max));
  }

  Distribution ReadUniform(const JsonNode& node) {
    const auto [min, max] = ReadPair(node, "[least, most]", problems_);
    if (min > max) problems_->Add(node, "runs backwards; write [least, most]");
    for (const double end : {min, max}) {
      if (!Within(end)) Refuse(node, end);
    }
    // Rounded up, (min - 1, max] is even over min .. max.
    return Distribution::Uniform(whole_ ? min - 1 : min, max);
  }

  Distribution ReadExponential(const JsonNode& node) {
    double mean = 0;
    loadgen::Read(&node, {0, kMost}, &mean, problems_);
    return Distribution::Exponential(mean);
  }

  Distribution ReadLognormal(const JsonNode& node) {
    Fields fields(&node, problems_);
    double median = 1, sigma = 0;
    loadgen::Read(fields.Need("median"), {1e-9, kMost}, &median, problems_);
    loadgen::Read(fields.Need("sigma"), {0, 20}, &sigma, problems_);
    return Distribution::Lognormal(median, sigma);
  }

  Distribution ReadPareto(const JsonNode& node) {
    Fields fields(&node, problems_);
    double min = 1, shape = 1, max = 1;
    loadgen::Read(fields.Need("min"), {1e-9, kMost}, &min, problems_);
    loadgen::Read(fields.Need("shape"), {0.01, 100}, &shape, problems_);
    loadgen::Read(fields.Need("max"), {min, kMost}, &max, problems_);
    if (max > range_.max) Refuse(node, max);
    return Distribution::Pareto(min, shape, max);
  }

  Distribution ReadQuantiles(const JsonNode& node) {
    std::vector<Distribution::Knot> knots;
    for (const JsonNode& item : ReadList(&node, 2, problems_)) {
      const auto [share, value] = ReadPair(item, "[share, value]", problems_);
      const bool first = knots.empty();
      if (first && share != 0) problems_->Add(item, "does not begin at share 0; begin with [0, least value]");
      if (!first && (share <= knots.back().share || value < knots.back().value)) {
        problems_->Add(item, "does not rise; sort the list by share, so that values do not fall");
      }
      // Nothing is drawn that rounds up to the first of whole numbers: it is where the next knot's begin.
      if (!Within(whole_ && first && value == range_.min - 1 ? range_.min : value)) Refuse(item, value);
      knots.push_back({share, value});
    }
    if (!knots.empty() && knots.back().share != 1) {
      problems_->Add(node, "does not end at share 1; end it with [1, greatest value]");
    }
    return problems_->any() ? Distribution() : Distribution::Quantiles(knots);
  }

  Distribution ReadWeights(const JsonNode& node) {
    std::vector<Distribution::Weight> weights;
    double sum = 0;
    for (const JsonNode& item : ReadList(&node, 1, problems_)) {
      const auto [value, weight] = ReadPair(item, "[value, weight]", problems_);
      if (weight < 0 || weight > kMost)
        problems_->Add(item, fmt::format("weighs {}; weights go from 0 to {}", weight, kMost));
      if (!Within(value)) Refuse(item, value);
      weights.push_back({value, weight});
      sum += weight;
    }
    if (sum <= 0) problems_->Add(node, "weighs nothing in all; give at least one value a weight above 0");
    return problems_->any() ? Distribution() : Distribution::Weights(weights);
  }

  const Range range_;
  const bool whole_;
  Problems* const problems_;
};

const std::array<Reader::Kind, 6> Reader::kKinds = {{{"uniform", &Reader::ReadUniform},
                                                     {"exponential", &Reader::ReadExponential},
                                                     {"lognormal", &Reader::ReadLognormal},
                                                     {"pareto", &Reader::ReadPareto},
                                                     {"quantiles", &Reader::ReadQuantiles},
                                                     {"weights", &Reader::ReadWeights}}};

}  // namespace

void ReadDistribution(const JsonNode* node, Range range, Distribution* value, Problems* problems) {
  if (node != nullptr && !problems->any()) *value = Reader(range, false, problems).Read(*node);
}

void ReadWholeDistribution(const JsonNode* node, Range range, Distribution* value, Problems* problems) {
  if (node != nullptr && !problems->any()) *value = Reader(range, true, problems).Read(*node);
}

}  // namespace flexstock::loadgen
