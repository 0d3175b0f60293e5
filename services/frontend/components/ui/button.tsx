import type { ComponentProps } from "react";
import styles from "./button.module.css";
import { Icon, type IconName } from "./icon.tsx";

type ButtonProps = ComponentProps<"button"> & {
  variant?: "primary" | "plain" | "quiet" | "danger";
  small?: boolean;
};

export function Button({ variant = "primary", small = false, type = "button", className, ...rest }: ButtonProps) {
  const names = [styles.button, styles[variant], small ? styles.small : "", className];
  return <button type={type} className={names.filter(Boolean).join(" ")} {...rest} />;
}

type IconButtonProps = ComponentProps<"button"> & { icon: IconName; label: string; size?: number };

/** A button that shows a picture only; `label` is its name, and its tooltip. */
export function IconButton({ icon, label, size = 18, type = "button", className, ...rest }: IconButtonProps) {
  const names = [styles.icon, className].filter(Boolean).join(" ");
  return (
    <button type={type} className={names} aria-label={label} title={label} {...rest}>
      <Icon name={icon} size={size} />
    </button>
  );
}
