/** Limits that both sides know: the backend enforces them, the frontend tells people before they run into them. */
export const limits = {
  /** Largest request body, in bytes. */
  bodyBytes: 64 * 1024,
  /** Longest chat message, in characters. */
  messageCharacters: 8_000,
  titleCharacters: 200,
  notesCharacters: 2_000,
  tagCharacters: 40,
  tagsPerTask: 10,
  conversationTitleCharacters: 80,
  /** Most rows that one page of any list holds. */
  pageRows: 100,
  /** Most changes that one call of undo takes back; the next goes on. */
  undoChanges: 1_000,
  /** How long deleted tasks can be brought back. */
  trashDays: 30,
  /** A person's name, and the longest address that mail servers take. */
  nameCharacters: 100,
  emailCharacters: 254,
  passwordCharacters: { min: 8, max: 128 },
  /** Tokens that a user may have, and how long a name may be. */
  apiTokens: { perUser: 20, nameCharacters: 60 },
  /** Calls of programs that may wait for their user's approval at once. */
  waitingCalls: 20,
  /** Tasks that an approval lists; of more it tells how many. */
  approvalTasks: 250,
  /** Event streams of one kind that a user may have open on one replica. */
  streamsPerUser: 20,
  /** Changes of tasks that one event carries at most, and bytes of them; after more the page looks again. */
  carriedChanges: { count: 20, bytes: 16 * 1024 },
  /** What one run (one answer of the assistant) may do at most. */
  run: {
    turns: 10,
    /** Tool calls in one turn of the model; what running them together costs grows with their square. */
    callsPerTurn: 32,
    changes: 20,
    seconds: 60,
    perUser: 3,
    /** Deleting this many tasks in one run, or with one token in a minute, waits for the user's approval. */
    deletesBeforeApproval: 5,
    /** The same for changing the title, the notes or the tags of this many. */
    textsBeforeApproval: 11,
  },
} as const;
