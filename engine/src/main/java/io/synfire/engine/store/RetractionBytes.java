package io.synfire.engine.store;

import io.synfire.engine.event.Activation;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Learned;
import io.synfire.engine.event.Retraction;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A retraction that waits as bytes: text context, empty for none; the episodes before, then those taken back: varint count, and of each
 * varint time, varint clock + 1, 0 where it is unknown, f8 reward, varint n, then n times text concept and f8 strength.
 *
 * <p>Ids are not kept: they did what they are for when the retraction was read.
 */
final class RetractionBytes {

    private RetractionBytes() {}

    static byte[] of(Retraction retraction) {
        ByteSink sink = new ByteSink(256);
        String context = retraction.context();
        sink.text(context == null ? "" : context);
        write(sink, retraction.before());
        write(sink, retraction.takenBack());
        return sink.toBytes();
    }

    static Retraction read(byte[] bytes) {
        ByteSource source = new ByteSource("retraction", bytes);
        String text = source.text();
        String context = text.isEmpty() ? null : text;
        Retraction retraction = new Retraction(context, episodes(source, context), episodes(source, context), null);
        source.end();
        return retraction;
    }

    private static void write(ByteSink sink, List<Learned> episodes) {
        sink.varint(episodes.size());
        for (Learned learned : episodes) {
            Episode episode = learned.episode();
            sink.varint(episode.atMs());
            sink.varint(learned.clockMs() + 1);
            sink.f8(episode.reward());
            sink.varint(episode.activations().size());
            for (Activation activation : episode.activations()) {
                sink.text(activation.concept());
                sink.f8(activation.strength());
            }
        }
    }

    private static List<Learned> episodes(ByteSource source, @Nullable String context) {
        int size = source.count(11);
        List<Learned> episodes = new ArrayList<>(size);
        for (int e = 0; e < size; e++) {
            long atMs = source.varint();
            long clockMs = source.varint() - 1;
            double reward = source.f8();
            int concepts = source.count(9);
            List<Activation> activations = new ArrayList<>(concepts);
            for (int a = 0; a < concepts; a++) {
                activations.add(new Activation(source.text(), source.f8()));
            }
            episodes.add(new Learned(new Episode(atMs, context, activations, reward, null), clockMs));
        }
        return episodes;
    }
}
