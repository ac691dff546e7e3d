/**
 * Files → engine: the same as a topic, without Kafka. In: lines of JSON, plain, gzip or zstd. Out: batches with the position (path, record
 * number and mark) and the stretch that was read; rejected lines, forced to the dead-letter file before the position passes them;
 * retractions of a context, in a file of their own.
 *
 * <pre>
 *   learn   FileLearner → LearnSession ─ Recognition: which files are known, by their Beginnings
 *                             ├── OpenedFile, SteadyStream: that what is read is what was looked at, and stays it
 *                             └── FileRun: Unpacked → LineReader → LineDecoder → Batch, with FileMark and Stretch
 *   again   FileReplay, LearnedFiles (for FileForgetter, FileSightings, FileTail): stretch by stretch, LearnedLines held against its mark
 *              └── StretchReplay → Batch, cut as FileRun cuts it, by BatchGauge
 *   restored  EarlierTurns: what came before the commands that an older memory lacks, as Turns has it, by FileReplay of its Continuation;
 *             Strangers, where Turns does not say it
 * </pre>
 *
 * <p>A file is what it begins with: its position keeps a {@link io.synfire.ingest.file.FileMark} of that, and whoever reads it again holds it
 * against the mark. {@link io.synfire.engine.event.Stretch Stretches} keep the order in which files were learned, and the times that decided
 * what was.
 */
@NullMarked
package io.synfire.ingest.file;

import org.jspecify.annotations.NullMarked;
