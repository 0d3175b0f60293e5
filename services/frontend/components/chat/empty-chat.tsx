import styles from "./empty-chat.module.css";

const examples = [
  "Add a task to test deployment",
  "Remind me to call the dentist tomorrow at 9:30",
  "What's pending?",
  "Mark task 1 as done",
];

type Props = { userName: string; onPick: (text: string) => void };

/** A conversation before its first word: says what one can say. */
export function EmptyChat({ userName, onPick }: Props) {
  return (
    <div className={styles.empty}>
      <h2>Hello {userName.split(" ")[0]}, what needs doing?</h2>
      <p>Say it in your own words. Every change is shown with a way back.</p>
      <ul className={styles.examples} aria-label="Examples">
        {examples.map((text) => (
          <li key={text}>
            <button type="button" onClick={() => onPick(text)}>
              {text}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
