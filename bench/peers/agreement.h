// Agreement: did a peer answer as it must? Speed bought with wrong answers is worth nothing.
#pragma once

#include <string>
#include <string_view>

#include "bench/peers/play.h"

namespace flexstock::bench::peers {

// What is wrong with what was played, whoever played it and however many clients it had: the first thing, or nothing.
// Every order has an answer. Units sold and units left are those supplied. As nothing ever comes back on sale, what is
// left at the end was there all the time: no order that it would serve may have been turned away. An order is refused
// only where kPendingMax are pending.
[[nodiscard]] std::string Problem(const Sale& sale, const Played& played);

// One client's answers are determined: the first order or product for which `peer` says something else than flexstock
// did, or nothing.
[[nodiscard]] std::string Difference(const Sale& sale, const Played& flexstock, const Played& peer);

}  // namespace flexstock::bench::peers
