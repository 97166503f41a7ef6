#include "bench/deadlines.h"

#include <algorithm>

#include "engine/base/check.h"

namespace flexstock::bench {

Deadlines::Deadlines(std::uint64_t armed) : count_(armed), draws_(Draws::Of(Spread::kUniform, armed)) {
  FLEXSTOCK_CHECK(nodes_.Open(armed));
  nodes_.Populate(0, armed);  // as the engine's orders_reserve does
  wheel_ = std::make_unique<wheel::TimerWheel<shard::Order>>(nodes_.data());
  (void)wheel_->PopDue(now_ms_);
  wake_by_ms_ = now_ms_;
  for (std::uint32_t node = 0; node < armed; ++node) Arm(node, draws_[node % draws_.size()].qty);
  AnswerAnywhere(4 * armed);  // until lists are as mixed as they will be
}

void Deadlines::Arm(std::uint32_t node, std::uint32_t window) {
  shard::Order& order = nodes_[node];
  order.when_ms = now_ms_ + kWindowsMs[window - 1];
  order.placed = ++placed_;
  wheel_->Arm(node);
  wake_by_ms_ = std::min(wake_by_ms_, wheel_->WakeBy(order.when_ms));
}

void Deadlines::Answer(std::uint32_t node, std::uint32_t window) {
  wheel_->Disarm(node);
  Arm(node, window);
  if (++answers_ % kAnswersAMs == 0) PassOneMs();
}

void Deadlines::PassOneMs() {
  if (++now_ms_ < wake_by_ms_) return;
  for (std::uint32_t node = 0; (node = wheel_->PopDue(now_ms_)) != wheel::kNil;) Arm(node, 1 + node % 3);
  wake_by_ms_ = wheel_->WakeBy();
}

void Deadlines::AnswerAnywhere(std::uint64_t count) {
  for (std::uint64_t i = 0; i < count; ++i) {
    const Draw draw = draws_[at_];
    if (++at_ == draws_.size()) at_ = 0;
    Answer(draw.product, draw.qty);
  }
}

void Deadlines::AnswerOldest(std::uint64_t count) {
  for (std::uint64_t i = 0; i < count; ++i) {
    Answer(oldest_, 1 + oldest_ % 3);
    if (++oldest_ == count_) oldest_ = 0;
  }
}

bool Deadlines::Right() const {
  wheel_->Verify();
  return wheel_->armed() == count_;
}

}  // namespace flexstock::bench
