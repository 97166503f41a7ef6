#include "tools/loadgen/scenario/arrivals_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "tools/loadgen/scenario/arrivals.h"
#include "tools/loadgen/scenario/recorded_files.h"

namespace flexstock::loadgen {
namespace {

constexpr Range kRates = {0, 1e9};
constexpr Range kLengths_s = {1e-3, 1e8};
constexpr double kTotalMax = 1e12;

// A phase as it is read: the keys that all have are taken, the course's own are left.
class PhaseReader {
 public:
  PhaseReader(Fields* fields, const std::string& directory, Problems* problems)
      : fields_(*fields), directory_(directory), problems_(problems) {}

  void Read(Phase* phase) {
    loadgen::Read(fields_.May("name"), &phase->name, problems_);
    loadgen::Read(fields_.Need("seconds"), kLengths_s, &phase->seconds, problems_);
    std::array<std::string_view, kCourses.size()> names;
    std::ranges::transform(kCourses, names.begin(), &Course::name);
    const std::size_t course = ReadWord(fields_.Need("course"), names, problems_);
    if (course < kCourses.size()) (this->*kCourses[course].read)(phase);
  }

 private:
  struct Course {
    std::string_view name;
    void (PhaseReader::*read)(Phase*);
  };
  static const std::array<Course, 6> kCourses;

  void ReadRate(std::string_view key, double* rate) { loadgen::Read(fields_.Need(key), kRates, rate, problems_); }

  void ReadSteady(Phase* phase) { ReadRate("rate", &phase->course.emplace<SteadyRate>().rate); }

  void ReadRamp(Phase* phase) {
    auto& ramp = phase->course.emplace<RampRate>();
    ReadRate("from", &ramp.from);
    ReadRate("to", &ramp.to);
  }

  void ReadSpike(Phase* phase) {
    auto& spike = phase->course.emplace<SpikeRate>();
    ReadRate("base", &spike.base);
    ReadRate("peak", &spike.peak);
    loadgen::Read(fields_.Need("decay_s"), kLengths_s, &spike.decay_s, problems_);
  }

  void ReadDiurnal(Phase* phase) {
    auto& diurnal = phase->course.emplace<DiurnalRate>();
    ReadRate("rate", &diurnal.rate);
    const JsonNode* const node = fields_.Need("weights");
    for (const JsonNode& item : ReadList(node, 1, problems_)) {
      loadgen::Read(&item, kRates, &diurnal.weights.emplace_back(), problems_);
    }
    if (node != nullptr && std::ranges::all_of(diurnal.weights, [](double weight) { return weight == 0; })) {
      problems_->Add(*node, "weighs nothing in all; give at least one weight above 0");
    }
  }

  void ReadBursty(Phase* phase) {
    auto& bursty = phase->course.emplace<BurstyRate>();
    ReadRate("rate", &bursty.rate);
    loadgen::Read(fields_.Need("sources"), {1, 1'000'000}, &bursty.sources, problems_);
    ReadPeriod("on", &bursty.on);
    ReadPeriod("off", &bursty.off);
  }

  void ReadPeriod(std::string_view key, BurstyRate::Period* period) {
    Fields fields(fields_.Need(key), problems_);
    loadgen::Read(fields.Need("min_s"), kLengths_s, &period->min_s, problems_);
    // At 1 and below there is no mean, and so no rate.
    loadgen::Read(fields.Need("shape"), {1.01, 100}, &period->shape, problems_);
  }

  void ReadRecorded(Phase* phase) {
    auto& recorded = phase->course.emplace<RecordedRate>();
    loadgen::Read(fields_.May("rate"), kRates, &recorded.rate, problems_);
    std::uint64_t first = 0, counts = 0;
    loadgen::Read(fields_.May("first"), {0, kWholeMax}, &first, problems_);
    loadgen::Read(fields_.May("counts"), {1, kWholeMax}, &counts, problems_);
    const JsonNode* const node = fields_.Need("file");
    const std::string file = ReadFileName(node, directory_, problems_);
    if (problems_->any()) return;
    SeriesRead series = ReadSeries(file);
    if (!series.problem.empty()) {
      RefuseFile(*node, series.problem, problems_);
      return;
    }
    std::vector<std::uint32_t>& all = series.counts;
    if (counts == 0) counts = all.size() - std::min<std::uint64_t>(first, all.size());
    if (first + counts > all.size() || counts == 0) {
      problems_->Add(*node, fmt::format("has {} counts, so it does not reach from {} on for {}; lower first and counts",
                                        all.size(), first, counts));
      return;
    }
    const auto begin = all.begin() + static_cast<std::ptrdiff_t>(first);
    recorded.counts.assign(begin, begin + static_cast<std::ptrdiff_t>(counts));
    if (std::ranges::all_of(recorded.counts, [](std::uint32_t count) { return count == 0; })) {
      problems_->Add(*node, fmt::format("counted nothing from {} on for {}; choose another part", first, counts));
    }
  }

  Fields& fields_;
  const std::string& directory_;
  Problems* const problems_;
};

const std::array<PhaseReader::Course, 6> PhaseReader::kCourses = {{{"steady", &PhaseReader::ReadSteady},
                                                                   {"ramp", &PhaseReader::ReadRamp},
                                                                   {"spike", &PhaseReader::ReadSpike},
                                                                   {"diurnal", &PhaseReader::ReadDiurnal},
                                                                   {"bursty", &PhaseReader::ReadBursty},
                                                                   {"recorded", &PhaseReader::ReadRecorded}}};

}  // namespace

void ReadArrivals(const JsonNode* node, const std::string& directory, ArrivalPlan* plan, Problems* problems) {
  Fields fields(node, problems);
  Read(fields.May("total"), {1, kTotalMax}, &plan->total, problems);
  double expected = 0;
  for (const JsonNode& item : ReadList(fields.Need("phases"), 1, problems)) {
    Fields phase_fields(&item, problems);
    Phase& phase = plan->phases.emplace_back();
    PhaseReader(&phase_fields, directory, problems).Read(&phase);
    if (!problems->any()) expected += ExpectedArrivals(phase);
  }
  if (problems->any() || node == nullptr) return;
  if (expected <= 0) problems->Add(*node, "brings nobody; give at least one phase a rate above 0");
  if (expected > kTotalMax) {
    problems->Add(*node, fmt::format("brings {}; keep it to {} by lower rates or total", expected, kTotalMax));
  }
}

}  // namespace flexstock::loadgen
