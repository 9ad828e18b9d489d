export const keep = {
  onExpiring_one:
    '{{count, number}} bericht op dit apparaat is ouder dan je account berichten bewaart. Het wordt voorgoed verwijderd, hier en overal.',
  onExpiring_other:
    '{{count, number}} berichten op dit apparaat zijn ouder dan je account berichten bewaart. Ze worden voorgoed verwijderd, hier en overal.',
};
