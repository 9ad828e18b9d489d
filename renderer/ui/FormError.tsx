/** What went wrong, where it stands; nothing while nothing has. */
export function FormError({ text }: { text: string | null }) {
  if (text === null) return null;
  return (
    <p className="form-error" role="alert">
      {text}
    </p>
  );
}
