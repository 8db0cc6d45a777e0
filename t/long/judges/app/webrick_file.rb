# WEBrick's FileHandler.

require 'webrick'

port, root = ARGV
quiet = WEBrick::Log.new(File::NULL, WEBrick::Log::FATAL)
WEBrick::HTTPServer.new(BindAddress: '127.0.0.1', Port: port.to_i,
                        DocumentRoot: root, Logger: quiet,
                        AccessLog: []).start
