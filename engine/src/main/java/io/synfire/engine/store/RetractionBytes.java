package io.synfire.engine.store;

import io.synfire.engine.event.Activation;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Retraction;
import java.util.ArrayList;
import java.util.List;

/**
 * A retraction that waits as bytes: text context, empty for none; varint episodes; per episode varint time, f8 reward, varint n,
 * then n times text concept and f8 strength.
 */
final class RetractionBytes {

    private RetractionBytes() {}

    static byte[] of(Retraction retraction) {
        ByteSink sink = new ByteSink(256);
        String context = retraction.context();
        sink.text(context == null ? "" : context);
        sink.varint(retraction.episodes().size());
        for (Episode episode : retraction.episodes()) {
            sink.varint(episode.atMs());
            sink.f8(episode.reward());
            sink.varint(episode.activations().size());
            for (Activation activation : episode.activations()) {
                sink.text(activation.concept());
                sink.f8(activation.strength());
            }
        }
        return sink.toBytes();
    }

    static Retraction read(byte[] bytes) {
        ByteSource source = new ByteSource("retraction", bytes);
        String text = source.text();
        String context = text.isEmpty() ? null : text;
        int size = source.count(10);
        List<Episode> episodes = new ArrayList<>(size);
        for (int e = 0; e < size; e++) {
            long atMs = source.varint();
            double reward = source.f8();
            int concepts = source.count(9);
            List<Activation> activations = new ArrayList<>(concepts);
            for (int a = 0; a < concepts; a++) {
                activations.add(new Activation(source.text(), source.f8()));
            }
            episodes.add(new Episode(atMs, context, activations, reward, null));
        }
        source.end();
        return new Retraction(context, episodes);
    }
}
