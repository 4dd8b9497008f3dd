// Files that were chosen or dropped, with the folders that they lie in.

export interface NamedFile {
  /** `photos/2026/a.jpg`; the name alone for a file that came without folders. */
  name: string;
  file: File;
}

/** Files of an input; those of a chosen folder have their path below it. */
export function chosenFiles(files: Iterable<File>): NamedFile[] {
  return [...files].map((file) => ({ name: file.webkitRelativePath || file.name, file }));
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, reject));
}

/** All entries of a folder: a browser gives them a hundred at a time. */
async function entriesOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return all;
    all.push(...some);
  }
}

async function under(entry: FileSystemEntry, folder: string): Promise<NamedFile[]> {
  const name = `${folder}${entry.name}`;
  if (entry.isFile) return [{ name, file: await fileOf(entry as FileSystemFileEntry) }];
  const entries = await entriesOf(entry as FileSystemDirectoryEntry);
  const files: NamedFile[] = [];
  for (const one of entries) files.push(...(await under(one, `${name}/`)));
  return files;
}

/** What was dropped. The list is empty once the event is over: call it inside of the handler. */
export async function droppedFiles({ items, files }: Pick<DataTransfer, "items" | "files">): Promise<NamedFile[]> {
  const entries = [...items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  if (entries.length === 0) return chosenFiles(files);
  const found: NamedFile[] = [];
  for (const entry of entries) found.push(...(await under(entry, "")));
  return found;
}

/** Lets the user choose a folder. */
export function chooseFolder(onChosen: (files: NamedFile[]) => void): void {
  const input = Object.assign(document.createElement("input"), { type: "file", webkitdirectory: true });
  input.addEventListener("change", () => onChosen(chosenFiles(input.files ?? [])));
  input.click();
}
