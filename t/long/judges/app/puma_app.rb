# An application behind puma. It splits a path into segments before it decodes
# them, climbs by itself, and takes what is no UTF-8 for a blank.

require 'cgi'
require 'puma'
require 'puma/server'

port, root = ARGV

def segments(target)
  target.sub(/[?#].*/m, '').split(%r{[/\\]}).flat_map do |part|
    CGI.unescape(CGI.unescape(part.b)).force_encoding('utf-8').scrub(' ')
       .unicode_normalize(:nfkc).split(%r{[/\\]})
  end
end

def climb(parts)
  parts.each_with_object([]) do |part, way|
    part = part.sub(/[;\0].*/m, '').strip
    next if part.empty? || part == '.'
    part == '..' ? way.pop : way.push(part)
  end
end

app = lambda do |env|
  file = File.join(root, *climb(segments(env['REQUEST_URI'])))
  [200, {}, [File.binread(file)]]
rescue SystemCallError, ArgumentError, EncodingError
  [404, {}, ["nothing here\n"]]
end

server = Puma::Server.new(app, Puma::Events.null, min_threads: 8,
                                                  max_threads: 8)
server.add_tcp_listener('127.0.0.1', port.to_i)
server.run.join
