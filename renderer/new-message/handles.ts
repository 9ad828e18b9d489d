/** What is typed into "To", made into handles. Pure. */

const MAIL = /^[^\s@,;]+@[^\s@,;]+$/u;
const PHONE = /^\+[0-9]{5,15}$/;

export function normalHandle(text: string): string {
  const bare = text.trim();
  // A telephone number may be typed with spaces, dots, dashes and brackets.
  if (/^\+[\d\s().-]+$/.test(bare)) return `+${bare.replace(/\D/g, '')}`;
  return bare.toLowerCase();
}

export function splitHandles(text: string): string[] {
  return text
    .split(/[,;\n]+/)
    .flatMap((part) => (/^\s*\+/.test(part) ? [part] : part.split(/\s+/)))
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

export function checkHandle(handle: string, own: string): 'notAHandle' | 'self' | null {
  if (handle === normalHandle(own)) return 'self';
  return MAIL.test(handle) || PHONE.test(handle) ? null : 'notAHandle';
}
