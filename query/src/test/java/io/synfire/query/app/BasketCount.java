package io.synfire.query.app;

import io.synfire.engine.event.Activation;
import io.synfire.engine.event.Episode;
import io.synfire.ingest.codec.JsonEpisodeCodec;
import io.synfire.ingest.codec.Origin;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** The bundled purchases, counted basket by basket: what measures of the demo must say. */
final class BasketCount {

    private static final double DAY_MS = 86_400_000;

    private final List<Basket> baskets = new ArrayList<>();
    private final Map<String, List<Basket>> byProduct = new HashMap<>();
    private long lastMs;

    /** A basket without its strengths. */
    private record Basket(long atMs, List<String> products) {}

    /**
     * Baskets, each weighed by 2^(−age/half-life).
     *
     * @param both with both products
     * @param first with the first
     * @param second with the second
     * @param all of any
     */
    record Weighed(double both, double first, double second, double all) {}

    private BasketCount() {}

    static BasketCount ofTheDemo() throws Exception {
        BasketCount count = new BasketCount();
        JsonEpisodeCodec codec = new JsonEpisodeCodec();
        try (DemoBaskets purchases = new DemoBaskets()) {
            for (int i = 0; i < purchases.count(); i++) {
                Episode episode = (Episode) codec.decode(purchases.next(), Origin.at(0));
                List<String> products =
                        episode.activations().stream().map(Activation::concept).toList();
                Basket basket = new Basket(episode.atMs(), products);
                count.baskets.add(basket);
                products.forEach(each -> count.byProduct
                        .computeIfAbsent(each, none -> new ArrayList<>())
                        .add(basket));
                count.lastMs = Math.max(count.lastMs, basket.atMs());
            }
        }
        return count;
    }

    /** Two products of one basket. */
    List<String> randomPair(SplittableRandom random) {
        while (true) {
            List<String> products = baskets.get(random.nextInt(baskets.size())).products();
            String first = products.get(random.nextInt(products.size()));
            String second = products.get(random.nextInt(products.size()));
            if (!first.equals(second)) {
                return List.of(first, second);
            }
        }
    }

    /** How many baskets hold both. */
    long together(String first, String second) {
        return baskets(first).stream()
                .filter(each -> each.products().contains(second))
                .count();
    }

    Weighed weighed(String first, String second, double halfLifeDays) {
        List<Basket> both = baskets(first).stream()
                .filter(each -> each.products().contains(second))
                .toList();
        return new Weighed(
                weight(both, halfLifeDays),
                weight(baskets(first), halfLifeDays),
                weight(baskets(second), halfLifeDays),
                weight(baskets, halfLifeDays));
    }

    private List<Basket> baskets(String product) {
        return byProduct.getOrDefault(product, List.of());
    }

    private double weight(List<Basket> some, double halfLifeDays) {
        return some.stream()
                .mapToDouble(each -> Math.pow(2, -(lastMs - each.atMs()) / DAY_MS / halfLifeDays))
                .sum();
    }
}
