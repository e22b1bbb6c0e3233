import type { Tool } from '../ports.ts';
import type { FileTools } from './file-tools.ts';
import { createDirectoryTool, directoryTreeTool, listDirectoryTool, removeDirectoryTool } from './folders.ts';
import { readFileTool, readMultipleFilesTool } from './read-files.ts';
import { searchFilesContentTool } from './search-files.ts';
import { editFileTool, writeFileTool } from './write-files.ts';

export const filesystemTools = (tools: FileTools): readonly Tool[] => [
  readFileTool(tools),
  readMultipleFilesTool(tools),
  writeFileTool(tools),
  editFileTool(tools),
  listDirectoryTool(tools),
  directoryTreeTool(tools),
  searchFilesContentTool(tools),
  createDirectoryTool(tools),
  removeDirectoryTool(tools),
];
