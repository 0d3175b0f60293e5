/**
 * Verbs that a to-do usually begins with. "Buy milk and call mum" is two tasks since both halves begin with one; "buy
 * salt and pepper" is one.
 */
const verbs =
  `accept activate add answer apply approve arrange ask assemble attend back bake be book borrow bring brush build buy
   call cancel change charge chase check choose clean clear close collect compare complete confirm contact cook copy
   create cut debug decide decorate deliver deploy design discuss do download draft draw drink drive drop eat edit email
   empty enroll exercise feed fetch fill find finish fix fold follow get give go grab hang have help hire install invite
   iron join keep learn leave listen look mail make measure meet merge message migrate mop move mow note open order
   organise organize pack paint pay phone pick plan plant play post practice practise prepare print prune publish push
   put read record register release remind remove renew rent repair repaint replace reply report request reschedule
   reserve return review rewrite ring run save scan schedule see sell send set share shop show sign sort start stop study
   submit sweep swim take talk teach tell test text throw tidy top train translate try turn update upgrade upload vacuum
   visit wait walk wash watch water wax weed wipe work wrap write`
    .trim()
    .split(/\s+/);
const known = new Set(verbs);

/** Whether the phrase begins like a to-do of its own: a verb and something to do it to. */
export function startsWithVerb(phrase: string): boolean {
  const [first = "", second] = phrase.trim().toLowerCase().split(/\s+/, 2);
  return second !== undefined && known.has(first);
}

/** Whether the phrase stops at a verb whose object is still to come: "review", "meeting to sign". */
export function endsInVerb(phrase: string): boolean {
  const all = phrase.trim().toLowerCase().split(/\s+/);
  return known.has(all.at(-1) ?? "") && (all.length === 1 || all.at(-2) === "to");
}

const past: Readonly<Record<string, string>> = {
  bought: "buy",
  called: "call",
  paid: "pay",
  sent: "send",
  booked: "book",
  cleaned: "clean",
  washed: "wash",
  wrote: "write",
  written: "write",
  fixed: "fix",
  mailed: "mail",
  emailed: "email",
  ordered: "order",
  took: "take",
  made: "make",
  watered: "water",
  walked: "walk",
  fed: "feed",
  returned: "return",
  submitted: "submit",
  visited: "visit",
  cooked: "cook",
  ironed: "iron",
  vacuumed: "vacuum",
  renewed: "renew",
};

/** Pattern text for the past forms that `present` knows. */
export const pastText = Object.keys(past).join("|");

/** "bought" gives "buy"; undefined for others. */
export function present(verb: string): string | undefined {
  return past[verb.toLowerCase()];
}
