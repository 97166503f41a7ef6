// HdrReport: a run's latencies in HdrHistogram's texts.
#pragma once

#include <string>

#include "tools/loadgen/hdr_text.h"
#include "tools/loadgen/result.h"

namespace flexstock::loadgen {

// The distribution of the calls that place orders, whatever was answered; of a scenario that was played, of what
// customers waited from arrival. One text holds one distribution.
[[nodiscard]] std::string PlacingHgrm(const Result& result);

// Every kind of call that was made, its name being the tag, in one interval: the whole run.
void WriteHdrLog(const Result& result, HdrLogWriter* log);

}  // namespace flexstock::loadgen
