package simulate

import "fmt"

// The commonest surnames, each as often as people bear it, and given names of four generations.
var (
	surnames = []rune("王王王王王李李李李李张张张张张刘刘刘刘陈陈陈陈杨杨杨黄黄赵赵吴吴周周徐孙马朱胡林郭何高罗郑梁谢宋唐许邓韩冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆汪范廖石金贾夏韦傅方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常")
	given    = []string{"建国", "秀英", "桂兰", "志强", "玉兰", "国强", "淑珍", "建军", "丽华", "志明", "秀兰", "卫东", "红梅", "永强", "晓明", "丽娟", "海燕", "文杰",
		"静", "磊", "敏", "伟", "芳", "勇", "艳", "涛", "婷", "鹏", "雪", "超", "娜", "杰", "倩", "斌", "洁", "浩", "琳", "凯", "颖", "俊", "思远", "雨桐", "子轩", "欣怡", "梓涵",
		"宇航", "佳怡", "浩然", "诗涵", "一鸣", "若曦", "俊熙", "晓彤", "嘉豪", "梦琪", "天宇", "明月", "立新", "玉梅", "春生", "长青", "慧敏", "海涛", "国华", "少华", "新民", "爱华"}
	plateLetters = []rune("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789")
	brands       = []string{"大众", "丰田", "本田", "比亚迪", "吉利", "特斯拉", "奥迪", "宝马", "长安", "五菱", "蔚来", "理想", "问界", "日产", "别克"}
	colours      = []string{"白", "黑", "灰", "银", "蓝", "红"}
)

func (s *sim) name() string { return string(pick(s, surnames)) + pick(s, given) }

// ownerPhone is the phone of the n-th owner, counted from 1: the first ones are easy to remember.
func ownerPhone(n int) string {
	if n < 10_000 {
		return fmt.Sprintf("1380000%04d", n)
	}
	return fmt.Sprintf("139%08d", n)
}

func tenantPhone(n int) string { return fmt.Sprintf("137%08d", n) }

func staffPhone(n int) string { return fmt.Sprintf("135%08d", n) }

// plate gives the n-th plate; green ones of new-energy cars have one sign more.
func (s *sim) plate(n int, green bool) string {
	letters := make([]rune, 0, 6)
	for i, rest := 0, n*7919%33_000_000; i < 5; i++ { // 7919 is prime to the number of signs: no plate comes twice
		letters = append(letters, plateLetters[rest%len(plateLetters)])
		rest /= len(plateLetters)
	}
	if green {
		return "浙AD" + string(letters)
	}
	return "浙A" + string(letters)
}
