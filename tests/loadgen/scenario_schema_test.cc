// Does scenario.schema.json say what the reader does? Every ready-made file must pass both; and whatever is done to the
// shape of one (a key taken away, a key added, a value of another type) must be refused by both or by neither. What
// lists mean and what adds up to what, a schema cannot say: there it may only take more than the reader.
#include <gtest/gtest.h>
#include <unistd.h>
#include <zstd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <set>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

#include "tools/loadgen/scenario/scenario_reader.h"

namespace flexstock::loadgen {
namespace {

using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

// What retail-on-nasa needs, in small.
class SchemaTest : public testing::Test {
 protected:
  SchemaTest() {
    fs::remove_all(directory_);
    fs::create_directories(directory_);
    fs::copy(fs::path(SCENARIOS) / "measured", directory_ / "measured");
    std::ofstream(directory_ / "online_retail_trace.csv") << "at_ms,product,customer,qty\n1,70,1,2\n";
    const std::string series = "1\n2\n3\n4\n5\n";
    std::string packed(ZSTD_compressBound(series.size()), '\0');
    packed.resize(ZSTD_compress(packed.data(), packed.size(), series.data(), series.size(), 1));
    std::ofstream(directory_ / "nasa_http_1995-07_requests_per_second.txt.zst") << packed;

    const nlohmann::json schema_json =
        nlohmann::json::parse(std::ifstream(fs::path(SCENARIOS) / "scenario.schema.json"));
    valijson::SchemaParser parser(valijson::SchemaParser::kDraft7);
    parser.populateSchema(valijson::adapters::NlohmannJsonAdapter(schema_json), schema_);
  }
  ~SchemaTest() override { fs::remove_all(directory_); }

  bool SchemaTakes(const Json& json) {
    const nlohmann::json unordered = nlohmann::json::parse(json.dump());
    return validator_.validate(schema_, valijson::adapters::NlohmannJsonAdapter(unordered), nullptr);
  }
  std::string ReaderProblem(const Json& json) {
    const fs::path file = directory_ / "scenario.json";
    std::ofstream(file) << json.dump(1);
    return ReadScenario(file.string()).problem;
  }
  void ExpectAgreement(const Json& json, const std::string& what) {
    const std::string problem = ReaderProblem(json);
    ++compared_;
    if (SchemaTakes(json)) {
      const bool meant =
          problem.find("add up to") != std::string::npos || problem.find("needs keys") != std::string::npos;
      EXPECT_TRUE(problem.empty() || meant) << what << ": the schema takes it; " << problem;
    } else {
      EXPECT_FALSE(problem.empty()) << what << ": the reader takes it, the schema does not";
    }
  }
  void ExpectReaderNoLaxer(const Json& json, const std::string& what) {
    ++compared_;
    if (ReaderProblem(json).empty()) {
      EXPECT_TRUE(SchemaTakes(json)) << what << ": the reader takes it, the schema does not";
    }
  }

  // A ready-made scenario, but of a recorded series only as much as the small one here has.
  static Json Load(const fs::path& file) {
    Json json = Json::parse(std::ifstream(file));
    for (Json& phase : json.at("arrivals").at("phases")) {
      if (phase.contains("first")) phase["first"] = 2, phase["counts"] = 3;
    }
    return json;
  }
  static std::vector<fs::path> ReadyMade() {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(SCENARIOS)) {
      const std::string name = entry.path().filename().string();
      if (name.ends_with(".json") && !name.ends_with(".schema.json")) files.push_back(entry.path());
    }
    std::ranges::sort(files);
    return files;
  }

  const fs::path directory_ = fs::path(testing::TempDir()) / ("schema_" + std::to_string(getpid()));
  valijson::Schema schema_;
  valijson::Validator validator_;
  int compared_ = 0;
};

// Calls visit with a copy of `json` for each place in it, changed there by `change`; which says no by returning false.
void ForEachPlace(const Json& json, const std::function<bool(Json*)>& change,
                  const std::function<void(const Json&, const std::string&)>& visit) {
  const Json flat = json.flatten();
  std::set<std::string> places = {""};
  for (const auto& [pointer, value] : flat.items()) {
    for (std::size_t end = pointer.find('/', 1); end != std::string::npos; end = pointer.find('/', end + 1)) {
      places.insert(pointer.substr(0, end));
    }
    places.insert(pointer);
  }
  for (const std::string& place : places) {
    Json changed = json;
    if (change(&changed[Json::json_pointer(place)])) visit(changed, place);
  }
}

TEST_F(SchemaTest, EveryReadyMadeScenarioIsValid) {
  ASSERT_EQ(ReadyMade().size(), 7u);
  for (const fs::path& file : ReadyMade()) {
    const Json json = Load(file);
    EXPECT_TRUE(SchemaTakes(Json::parse(std::ifstream(file)))) << file;
    EXPECT_EQ(ReaderProblem(json), "") << file;
    EXPECT_EQ(json.at("name"), file.stem().string());
  }
}

TEST_F(SchemaTest, SchemaAndReaderRefuseTheSameShapes) {
  for (const fs::path& file : ReadyMade()) {
    const Json json = Load(file);
    const std::string name = file.stem().string();
    const auto with_another_key = [](Json* at) { return at->is_object() && ((*at)["unheard_of"] = 1, true); };
    ForEachPlace(json, with_another_key, [&](const Json& changed, const std::string& place) {
      ExpectAgreement(changed, name + place + " with another key");
    });
    for (const Json& other : {Json("word"), Json(true), Json(nullptr), Json::array(), Json::object()}) {
      const auto replace = [&](Json* at) { return *at = other, true; };
      ForEachPlace(json, replace, [&](const Json& changed, const std::string& place) {
        // Any word is a file's name, but not every file is there.
        if (place.ends_with("/file") || place.ends_with("/measured")) return;
        ExpectAgreement(changed, name + place + " as " + other.dump());
      });
    }
    ForEachPlace(
        json, [](Json* at) { return at->is_object(); },
        [&](const Json& same, const std::string& place) {
          for (const auto& [key, value] : same[Json::json_pointer(place)].items()) {
            Json changed = same;
            changed[Json::json_pointer(place)].erase(key);
            ExpectAgreement(changed, name + place + " without " + key);
          }
        });
  }
  EXPECT_GT(compared_, 2'000);
}

TEST_F(SchemaTest, TheReaderTakesNoNumberThatTheSchemaRefuses) {
  for (const fs::path& file : ReadyMade()) {
    const Json json = Load(file);
    for (const Json& other :
         {Json(-1), Json(0), Json(0.5), Json(1.5), Json(10'000'000), Json(10'000'000'000'000), Json(1e300)}) {
      const auto replace = [&](Json* at) { return at->is_number() && (*at = other, true); };
      ForEachPlace(json, replace, [&](const Json& changed, const std::string& place) {
        ExpectReaderNoLaxer(changed, file.stem().string() + place + " as " + other.dump());
      });
    }
  }
  EXPECT_GT(compared_, 1'000);
}

}  // namespace
}  // namespace flexstock::loadgen
