// Scenarios to be played by tests: the ready-made ones with what is changed of them.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "tools/loadgen/play/play.h"
#include "tools/loadgen/report.h"
#include "tools/loadgen/scenario/scenario_reader.h"

namespace flexstock::loadgen {

using Overrides = std::vector<std::string>;

inline Scenario Made(const std::string& name, const Overrides& overrides) {
  ScenarioRead read = ReadScenario(FLEXSTOCK_SCENARIOS "/" + name + ".json", overrides);
  EXPECT_EQ(read.problem, "");
  return std::move(read.scenario);
}

inline Played MustPlay(const Scenario& scenario, const PlayOptions& options) {
  Played played;
  EXPECT_EQ(Play(scenario, options, &played), "");
  EXPECT_TRUE(played.result.verdict.ok()) << Table(played.result);
  return played;
}

// Every kind of customer, member and consumer at once, on one hot product and few others.
inline Overrides Everything() {
  return {
      "catalogue.products=5",
      "catalogue.stock=300",
      "catalogue.inactive=0.2",
      R"(catalogue.policy={"checkout_hold_ms":3000,"payment_window_ms":5000,"acceptance_window_ms":4000,)"
      R"("pending_limit":300,"fill_on_restock":"fifo","late_payment":"rereserve"})",
      "arrivals.total=20000",
      R"(baskets={"lines":{"weights":[[1,5],[2,2],[4,1]]},"units":{"weights":[[1,4],[3,1]]},"mode":"all_or_nothing"})",
      R"(customers={"count":500,"pay":0.7,"pay_after_s":{"exponential":3},"cancel":0.2,)"
      R"("cancel_after_s":{"exponential":2},"keyed":true,"retry":0.1,"retry_after_s":{"uniform":[0.01,2]},)"
      R"("hoarders":{"share":0.02,"units":50,"cancel_after_s":4},"bots":{"share":0.3,"accounts":50,"units":2}})",
      R"(members={"accept":0.4,"accept_part":0.2,"decline":0.2,"part":{"uniform":[0.2,0.8]},)"
      R"("answer_after_s":{"exponential":2},"restocks":[{"at_s":20,"products":3,"units":200},{"at_s":40,"products":1,"units":500}]})",
      R"(stalls=[{"audience":"member","at_s":15,"for_s":5},{"audience":"customer","at_s":30,"for_s":3}])"};
}

}  // namespace flexstock::loadgen
