#include "tools/loadgen/play/member_desk.h"

namespace flexstock::loadgen {

MemberDesk::MemberDesk(const Floor& floor, const Hours& hours, const Scenario& scenario, std::uint64_t seed,
                       Notebook& notebook)
    : Desk(floor, hours, Audience::kMember, notebook), members_(scenario, seed) {
  for (const Restock& restock : Restocks(scenario, seed)) {
    Later(restock.at_ns, {Kind::kRestock, restock.product, kNoOrder, restock.units});
  }
}

void MemberDesk::Answer(const Event& event) {
  if (event.type != EventType::kAcceptanceRequested && event.type != EventType::kAcceptanceExpired) return;
  const std::uint32_t product = floor_.catalogue.IndexOf(event.product);
  if (event.type == EventType::kAcceptanceExpired) return notebook_.books.Unasked(product);

  const MemberAnswer answer = members_.Answer(event.qty);
  const std::uint64_t at_ns = NsOf(event) + answer.after_ns;
  switch (answer.kind) {
    case MemberAnswer::Kind::kAccept:
      return Later(at_ns, {Kind::kAccept, product, event.order, answer.qty});
    case MemberAnswer::Kind::kAcceptPart:
      return Later(at_ns, {Kind::kAcceptPart, product, event.order, answer.qty});
    case MemberAnswer::Kind::kDecline:
      return Later(at_ns, {Kind::kDecline, product, event.order, 0});
    case MemberAnswer::Kind::kNoAnswer:
      return;
  }
}

Code MemberDesk::Do(MemberErrand* errand) {
  Engine& engine = floor_.engine;
  switch (errand->kind) {
    case Kind::kAccept:
    case Kind::kAcceptPart: {
      const Call call = errand->kind == Kind::kAccept ? Call::kAccept : Call::kAcceptPart;
      const CommandResult accepted = Make(call, [&] { return engine.AcceptPart(errand->order, errand->units); });
      if (!accepted.ok() || accepted.duplicate) return accepted.code;
      errand->kind = Kind::kBook;
      [[fallthrough]];
    }
    case Kind::kBook: {
      Code code = BookAccepted(errand->product, errand->order, errand->units);
      while (code == Code::kOverloaded && MayWait()) {
        WaitForRoom();
        code = BookAccepted(errand->product, errand->order, errand->units);
      }
      return code;
    }
    case Kind::kDecline: {
      const CommandResult declined = Make(Call::kDecline, [&] { return engine.Decline(errand->order); });
      if (declined.ok() && !declined.duplicate) notebook_.books.Unasked(errand->product);
      return declined.code;
    }
    case Kind::kRestock: {
      const ProductId product = floor_.catalogue.products()[errand->product].id;
      const CommandResult added =
          Make(Call::kRestock, [&] { return engine.Adjust({.product = product, .by = errand->units}); });
      if (added.ok()) notebook_.books.Restocked(errand->product, errand->units);
      return added.code;
    }
  }
  return Code::kOk;
}

}  // namespace flexstock::loadgen
