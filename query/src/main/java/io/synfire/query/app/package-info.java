/**
 * The composition root: the one place that knows all parts and joins them.
 *
 * <pre>
 *   Main ──► cli ──► Application ──► Settings
 *                        ├── Server: LocalBroker? → EpisodeConsumer → Engine → Queries → HttpServer
 *                        ├── Demo: a Server, fed with DemoBaskets
 *                        ├── Benching: bench.Bench or bench.LongRun, over memories that learn as a Server's does
 *                        └── FileLearner: EpisodeFile → Engine
 * </pre>
 *
 * <p>In: arguments, environment, settings file. Out: running parts, closed in the reverse order. The only package of the query side that
 * may see the ingest side.
 */
@NullMarked
package io.synfire.query.app;

import org.jspecify.annotations.NullMarked;
