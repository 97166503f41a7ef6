// What a replay writes, one JSON object a line: results, events and the state.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "flexstock/events.h"
#include "flexstock/requests.h"
#include "tools/replay/output.h"

namespace flexstock::replay {

// {"line":2,"result":"confirmed"}
void WriteResult(std::uint64_t line, const PlaceResult& result, Output* output);
// {"line":3,"result":"wrong_state","state":"declined"}
void WriteResult(std::uint64_t line, const CommandResult& result, Output* output);
// {"line":4,"result":"refused","lines":["sold_out",""]}
void WriteResult(std::uint64_t line, CartMode mode, const CartResult& result, std::span<const PlaceResult> lines,
                 Output* output);

// {"at":5,"event":"order_confirmed","order":"a1","product":1,"member":7,"customer":9,"qty":3}. `order` is the order's
// name in the log; a product_mode event has none.
void WriteEvent(const Event& event, std::string_view order, Output* output);

// {"product":1,"member":7,"mode":"active","available":2,"held":0,"sold":3,"written_off":0,"supplied":5,"pending":0}
void WriteState(const ProductView& product, Output* output);
// {"order":"a1","product":1,"customer":9,"qty":3,"accepted":0,"taken":3,"state":"confirmed"}
void WriteState(const OrderView& view, std::string_view order, Output* output);

}  // namespace flexstock::replay
