/** Files out of a drop or a paste. Folders are none: a browser would read them as empty files. */

export type Given = { files: File[]; folders: number };

export function filesOf(data: DataTransfer): Given {
  const given: Given = { files: [], folders: 0 };
  for (const item of data.items) {
    if (item.kind !== 'file') continue;
    if (item.webkitGetAsEntry()?.isDirectory === true) {
      given.folders += 1;
      continue;
    }
    const file = item.getAsFile();
    if (file !== null) given.files.push(file);
  }
  return given;
}

/** Whether what is being dragged has files in it. */
export const hasFiles = (data: DataTransfer | null): boolean => data?.types.includes('Files') === true;
