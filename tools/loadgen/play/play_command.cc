#include "tools/loadgen/play/play_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tools/loadgen/checks.h"

namespace flexstock::loadgen {
namespace {

namespace fs = std::filesystem;

bool ReadNumber(const std::string& text, double* value) {
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, *value);
  return error == std::errc() && stop == end;
}

// Commas outside of brackets, braces and quotes.
std::vector<std::string> SplitValues(const std::string& text) {
  std::vector<std::string> values(1);
  int depth = 0;
  bool quoted = false;
  for (const char c : text) {
    quoted ^= c == '"';
    if (!quoted) depth += c == '[' || c == '{' ? 1 : c == ']' || c == '}' ? -1 : 0;
    if (c == ',' && depth == 0 && !quoted) {
      values.emplace_back();
    } else {
      values.back() += c;
    }
  }
  return values;
}

// In lines of at most `width`, each moved in.
std::string Folded(const std::string& text, std::size_t indent, std::size_t width) {
  std::string folded;
  std::size_t column = width;
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    if (column + 1 + word.size() > width) {
      if (!folded.empty()) folded += '\n';
      folded.append(indent, ' ');
      column = indent;
    } else {
      folded += ' ';
      ++column;
    }
    folded += word;
    column += word.size();
  }
  return folded;
}

void ReadMode(const std::vector<std::string>& words, PlayCommand* command) {
  PlayOptions* const play = &command->play;
  const std::string& mode = words.front();
  bool known = false;
  for (const PlayMode one : {PlayMode::kMax, PlayMode::kRate, PlayMode::kVirtual}) {
    if (mode != Name(one)) continue;
    play->mode = one;
    known = true;
  }
  if (!known) throw CLI::ValidationError("--mode", "\"" + mode + "\" is none of max, rate N, virtual");
  if (words.size() < 2) return;
  if (play->mode == PlayMode::kRate && ReadNumber(words[1], &play->rate)) {
    if (play->rate > 0 && play->rate <= 1e9) return;
    throw CLI::ValidationError("--mode", "\"" + words[1] + "\" customers a second: above 0, at most 1e9");
  }
  // "--mode virtual flash-sale": the second word is not the mode's.
  if (!command->scenario.empty()) {
    throw CLI::ValidationError("--mode", "\"" + words[1] + "\" is neither a rate of --mode rate nor the one scenario");
  }
  command->scenario = words[1];
}

void ReadSweep(const std::string& text, PlayCommand* command) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0) {
    throw CLI::ValidationError("--sweep", "\"" + text + "\" is not FIELD=VALUE,VALUE,...");
  }
  command->sweep_field = text.substr(0, equals);
  command->sweep_values = SplitValues(text.substr(equals + 1));
  for (const std::string& value : command->sweep_values) {
    if (value.empty()) throw CLI::ValidationError("--sweep", "\"" + text + "\" has an empty value");
  }
}

// The ready-made scenarios: where the tool is installed, FLEXSTOCK_SCENARIOS_INSTALLED beside it; where it was built, the
// sources.
fs::path ScenarioDirectory() {
  std::error_code error;
  const fs::path tool = fs::read_symlink("/proc/self/exe", error);
  if (!error) {
    const fs::path installed = tool.parent_path() / FLEXSTOCK_SCENARIOS_INSTALLED;
    if (fs::is_directory(installed, error)) return installed.lexically_normal();
  }
  return FLEXSTOCK_SCENARIOS;
}

}  // namespace

CLI::App* AddPlay(CLI::App* app, PlayCommand* command) {
  PlayOptions* const play = &command->play;
  CLI::App* const run =
      app->add_subcommand("run", "a scenario: as fast as it goes, at a given rate, or in virtual time");
  run->option_defaults()->always_capture_default();
  run->add_option("SCENARIO", command->scenario,
                  "a file, or the name of a ready-made one: flexstock-loadgen scenarios");
  run->add_option_function<std::vector<std::string>>(
         "--mode", [command](const std::vector<std::string>& words) { ReadMode(words, command); },
         "virtual: what happens, not how fast. rate [N]: N customers a second come, however slow the answers are. max: "
         "whoever was answered comes again at once")
      ->expected(1, 2)
      ->type_name("MODE")
      ->default_str("virtual");
  run->add_option("--seconds", play->seconds,
                  "max, rate: real time in which all of it happens; 0: its own length, but 5 or 10 s at most")
      ->check(Within(0.0, 86'400.0));
  run->add_option("--threads", play->threads, "max, rate: threads of gateways; 0: as the scenario says")
      ->check(Whole(0, 1'024));
  run->add_option("--seed", play->seed, "of everything random")->check(Whole(0));
  run->add_option("--set", command->set, "changes a field of the scenario; may be repeated")
      ->type_name("FIELD=VALUE")
      ->allow_extra_args(false);
  run->add_option_function<std::string>(
         "--sweep", [command](const std::string& text) { ReadSweep(text, command); },
         "runs once with each value, and compares")
      ->type_name("FIELD=A,B,...");
  run->add_option("--json", command->files.json, "also write everything to this file, as JSON");
  run->add_option("--report", command->files.report, "also write a page to look at, which needs no network");
  run->add_option("--hgrm", command->files.hgrm, "also write latencies as HdrHistogram's percentiles");
  run->add_option("--hlog", command->files.hlog, "also write latencies as HdrHistogram's interval log");
  run->add_flag("--contention", play->contention, "look where callers wait for each other");
  run->add_flag("--progress", play->progress, "progress on standard error also where that is not a terminal");
  run->add_option("--events-max", play->events_max, "most events that wait for one audience")
      ->check(Whole(0))
      ->group("Engine");
  run->add_option("--journal", play->journal, "max, rate: a new directory: the engine is durable; it stays behind")
      ->type_name("DIR")
      ->check(NewDirectory())
      ->group("Engine");
  run->add_option("--snapshot-every-bytes", play->snapshot_every_bytes,
                  "with --journal: a snapshot when it has grown by so many; 0: none")
      ->check(Whole(0))
      ->needs("--journal")
      ->group("Engine");
  // A test switch: what does each mode see of an engine that stands still?
  run->add_option("--pause-ms", play->pause_ms, "max, rate: the engine stands still for so long, once")
      ->check(Whole(0, 60'000))
      ->group("Experiments");
  run->add_option("--pause-at", play->pause_at, "... at this share of the run")
      ->check(Within(0.0, 1.0))
      ->default_val(0.5)
      ->group("Experiments");
  run->callback([command, run] {
    if (command->scenario.empty()) {
      throw CLI::RequiredError("SCENARIO (flexstock-loadgen scenarios lists the ready-made ones)");
    }
    if (!command->play.journal.empty() && command->play.mode == PlayMode::kVirtual) {
      throw CLI::ValidationError("--journal", "virtual time knows no disk: --mode max or --mode rate N");
    }
    for (const char* of_real_time : {"--seconds", "--threads", "--pause-ms", "--pause-at"}) {
      if (command->play.mode == PlayMode::kVirtual && run->count(of_real_time) != 0) {
        throw CLI::ValidationError(of_real_time,
                                   "virtual time has neither threads nor pauses, and takes no time: "
                                   "--mode max or --mode rate N");
      }
    }
    const bool wants_latencies = !command->files.hgrm.empty() || !command->files.hlog.empty();
    if (wants_latencies && (command->play.mode == PlayMode::kVirtual || command->sweeps())) {
      throw CLI::ValidationError("--hgrm, --hlog",
                                 "are of one run that took time: --mode max or --mode rate N, no --sweep");
    }
    if (!command->play.journal.empty() && command->sweeps()) {
      throw CLI::ValidationError("--journal", "each run of a sweep needs a directory of its own: run them one by one");
    }
  });
  return run;
}

std::string ScenarioPath(const std::string& name, std::string* problem) {
  std::error_code error;
  if (name.find('/') != std::string::npos || fs::exists(name, error)) return name;
  const fs::path ready_made = ScenarioDirectory() / (name + ".json");
  if (fs::exists(ready_made, error)) return ready_made.string();
  *problem = fmt::format(
      "{0}: there is no such file, and no such ready-made scenario: flexstock-loadgen scenarios lists "
      "those; a file in another directory is DIR/{0}",
      name);
  return {};
}

std::string ScenarioList(std::string* list) {
  std::error_code error;
  const fs::path directory = ScenarioDirectory();
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(directory, error)) {
    const std::string name = entry.path().filename().string();
    if (name.ends_with(".json") && !name.ends_with(".schema.json")) files.push_back(entry.path());
  }
  if (error) return fmt::format("{}: {}", directory.string(), error.message());
  std::sort(files.begin(), files.end());
  for (const fs::path& file : files) {
    // What they are for is told without their data, which may be elsewhere.
    std::ifstream stream(file);
    const nlohmann::json scenario = nlohmann::json::parse(stream, nullptr, /*allow_exceptions=*/false);
    if (!scenario.is_object()) return fmt::format("{}: it is no JSON object", file.string());
    *list += fmt::format("{}\n{}\n", file.stem().string(), Folded(scenario.value("description", ""), 4, 100));
  }
  return {};
}

}  // namespace flexstock::loadgen
