/** A person's or a group's picture: initials on a colour that stays theirs. Decoration; the name stands beside it. */
import { UserRound, UsersRound } from 'lucide-react';
import { colourOf, initialsOf } from '../app/format.ts';
import './avatar.css';

type Props = { id: string; name: string; group?: boolean; size?: 'small' | 'medium' | 'large' };

export function Avatar({ id, name, group = false, size = 'medium' }: Props) {
  const initials = group ? null : initialsOf(name);
  const Icon = group ? UsersRound : UserRound;
  return (
    <span className={`avatar avatar-${size} avatar-colour-${colourOf(id)}`} aria-hidden="true">
      {initials ?? <Icon className="avatar-icon" />}
    </span>
  );
}
