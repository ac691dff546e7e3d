package io.synfire.query.http;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** The names that a server is called by: the loopback ones, its own, and those that settings name; with any port. Thread-safe. */
final class Hosts {

    private static final Pattern LOOPBACK = Pattern.compile("localhost|127(\\.\\d{1,3}){3}|\\[::1]");

    private final String own;
    private final Set<String> others;

    Hosts(String own, Set<String> others) {
        this.own = (own.indexOf(':') >= 0 ? "[" + own + "]" : own).toLowerCase(Locale.ROOT);
        this.others = others;
    }

    /** Whether a Host header names this server. */
    boolean isKnown(String header) {
        int port = header.lastIndexOf(':');
        String name = port > header.lastIndexOf(']') ? header.substring(0, port) : header;
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.equals(own) || LOOPBACK.matcher(lower).matches() || others.contains(lower);
    }
}
