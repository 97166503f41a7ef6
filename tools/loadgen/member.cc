#include "tools/loadgen/member.h"

namespace flexstock::loadgen {

Member::Member(const Floor& floor, const MemberHabits& habits, Rng rng, Notebook& notebook)
    : Consumer(floor, Audience::kMember, notebook), habits_(habits), rng_(rng) {}

void Member::Answer(const Event& event) {
  const std::uint32_t product = floor_.catalogue.IndexOf(event.product);
  if (event.type == EventType::kAcceptanceExpired) notebook_.books.Unasked(product);
  if (event.type != EventType::kAcceptanceRequested) return;

  const double mood = rng_.Unit();
  if (mood < habits_.accept) {
    Accept(event, product, event.qty, Call::kAccept);
  } else if (mood < habits_.accept + habits_.accept_part) {
    Accept(event, product, (event.qty + 1) / 2, Call::kAcceptPart);
  } else if (mood < habits_.accept + habits_.accept_part + habits_.decline) {
    const CommandResult declined = Insist(Call::kDecline, [&] { return floor_.engine.Decline(event.order); });
    if (declined.ok() && !declined.duplicate) notebook_.books.Unasked(product);
  }
}

void Member::Accept(const Event& event, std::uint32_t product, Units qty, Call call) {
  const CommandResult accepted = Insist(call, [&] { return floor_.engine.AcceptPart(event.order, qty); });
  if (!accepted.ok() || accepted.duplicate) return;
  while (BookAccepted(product, event.order, qty) == Code::kOverloaded) WaitForRoom();
}

}  // namespace flexstock::loadgen
