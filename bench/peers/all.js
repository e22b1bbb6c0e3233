/** The peers by name. Plain JavaScript: nothing of the project may need what is installed here only. */
export { createFallback } from 'ai-fallback';
export { createRetryableModel, error as retryOn } from 'ai-retry/language-model';
export { experimental_retryableStreamText as retryableStreamText } from 'ai-retry/stream-text';
export { experimental_retryableGenerateText as retryableGenerateText } from 'ai-retry/generate-text';
export * as cockatiel from 'cockatiel';
export { default as PQueue } from 'p-queue';
export { default as fastq } from 'fastq';
export { default as Bottleneck } from 'bottleneck';
