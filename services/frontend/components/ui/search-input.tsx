import { limits } from "@todo/contract/limits";
import { Icon } from "./icon.tsx";
import styles from "./search-input.module.css";

type Props = { label: string; value: string; onChange: (value: string) => void };

export function SearchInput({ label, value, onChange }: Props) {
  return (
    <div className={styles.search}>
      <Icon name="search" size={16} />
      <input
        type="search"
        aria-label={label}
        placeholder={label}
        maxLength={limits.titleCharacters}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
    </div>
  );
}
