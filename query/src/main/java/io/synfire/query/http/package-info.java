/**
 * Questions and answers over HTTP; the contract is {@code openapi.yaml} among the resources.
 *
 * <pre>
 *   connection (TLS?) ──► Gate: which Route, who, from where ──► BodyReader ──► Turnstile: how many ──► Routing ──► Queries, EpisodeSink
 *                           └── Problems ◄─────────────────────────┴────────────────┴───────────────────┘
 * </pre>
 *
 * <p>In: requests. Out: answers as JSON, problems as {@code application/problem+json}, the explorer page, metrics. It may not touch the
 * ingest side: what is to be appended goes to an {@link io.synfire.query.http.EpisodeSink}.
 */
@NullMarked
package io.synfire.query.http;

import org.jspecify.annotations.NullMarked;
