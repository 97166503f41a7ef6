// PlayCommand: `flexstock-loadgen run`, understood.
#pragma once

#include <string>
#include <vector>

#include "tools/loadgen/files.h"
#include "tools/loadgen/play/play_options.h"

namespace CLI {
class App;
}

namespace flexstock::loadgen {

struct PlayCommand {
  PlayOptions play;
  std::string scenario;          // a file, or the name of a ready-made one
  std::vector<std::string> set;  // overrides: see ReadScenario
  // A field, and the values that it takes one after the other; "": none.
  std::string sweep_field;
  std::vector<std::string> sweep_values;
  FileNames files;

  [[nodiscard]] bool sweeps() const { return !sweep_field.empty(); }
};

struct ListScenarios {};

// Adds the subcommand; what it is given goes into `command`.
CLI::App* AddPlay(CLI::App* app, PlayCommand* command);

// The file that is meant by `name`: itself, if there is such a file, or a ready-made scenario of that name; else what
// is wrong, in *problem.
[[nodiscard]] std::string ScenarioPath(const std::string& name, std::string* problem);
// Names and descriptions of the ready-made ones, for people. Empty, or what is wrong.
[[nodiscard]] std::string ScenarioList(std::string* list);

}  // namespace flexstock::loadgen
